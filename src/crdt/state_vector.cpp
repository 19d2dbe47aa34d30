#include "crdt/state_vector.h"

#include "base/lib0.h"
#include "crdt/read_error.h"

#include <algorithm>
#include <ranges>
#include <utility>

namespace codencollab::crdt {

namespace {

constexpr auto by_client = &StateVector::Entry::client;

/// Turns entries that descend, as the wire has them, into ascending ones. Of those of one client
/// the last stays last.
void reverse_clients(std::vector<StateVector::Entry>& entries) {
    std::ranges::reverse(entries);
    for (auto from = entries.begin(); from != entries.end();) {
        const auto to = std::find_if(
            from, entries.end(), [client = from->client](const StateVector::Entry& entry) {
                return entry.client != client;
            });
        std::reverse(from, to);
        from = to;
    }
}

}  // namespace

std::expected<StateVector, DecodeError> StateVector::decode(std::string_view bytes) {
    lib0::Reader in(bytes);
    const std::uint64_t count = in.var_uint();
    if (count > in.left() / 2) in.fail(lib0::Reader::Failure::truncated);

    std::vector<Entry> entries;
    if (!in.failed()) entries.reserve(count);
    for (std::uint64_t i = 0; i < count && !in.failed(); ++i) {
        const ClientNumber client = in.var_uint();
        entries.push_back({.client = client, .clock = read_clock(in)});
    }
    if (in.failed()) return std::unexpected(read_error(in));
    return of(std::move(entries));
}

StateVector StateVector::of(std::vector<Entry> entries) {
    if (!std::ranges::is_sorted(entries, {}, by_client)) {
        if (std::ranges::is_sorted(entries, std::ranges::greater{}, by_client)) {
            reverse_clients(entries);
        } else {
            std::ranges::stable_sort(entries, {}, by_client);
        }
    }
    std::size_t kept = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const bool last_of_client =
            i + 1 == entries.size() || entries[i + 1].client != entries[i].client;
        if (last_of_client && entries[i].clock > 0) entries[kept++] = entries[i];
    }
    entries.resize(kept);
    StateVector state;
    state.entries_ = std::move(entries);
    return state;
}

std::string StateVector::encode() const {
    lib0::Writer out;
    out.reserve((1 + 2 * entries_.size()) * lib0::var_uint_room);
    out.var_uint(entries_.size());
    for (const Entry& entry : std::views::reverse(entries_)) {
        out.var_uint(entry.client);
        out.var_uint(entry.clock);
    }
    return out.take();
}

Clock StateVector::get(ClientNumber client) const {
    const auto at = std::ranges::lower_bound(entries_, client, {}, by_client);
    return at != entries_.end() && at->client == client ? at->clock : 0;
}

void StateVector::set(ClientNumber client, Clock clock) {
    auto at = entries_.end();
    if (!entries_.empty() && entries_.back().client >= client) {  // else it goes to the end
        at = std::ranges::lower_bound(entries_, client, {}, by_client);
    }
    if (at != entries_.end() && at->client == client) {
        if (clock > 0) {
            at->clock = clock;
        } else {
            entries_.erase(at);
        }
    } else if (clock > 0) {
        entries_.insert(at, {.client = client, .clock = clock});
    }
}

}  // namespace codencollab::crdt
