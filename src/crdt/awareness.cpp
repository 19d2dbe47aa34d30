#include "crdt/awareness.h"

#include "base/lib0.h"
#include "base/utf.h"

#include <algorithm>
#include <utility>

namespace codencollab::crdt {
namespace {

constexpr std::string_view null_state = "null";

DecodeError error_of(const lib0::Reader& reader) {
    const bool is_integer = reader.failure() == lib0::Reader::Failure::bad_integer;
    return {
        is_integer ? DecodeError::Code::bad_integer : DecodeError::Code::truncated,
        reader.offset()};
}

bool is_null_state(std::string_view json) {
    constexpr std::string_view white_space = " \t\n\r";
    const std::size_t begin = json.find_first_not_of(white_space);
    if (begin == std::string_view::npos) return false;
    return json.substr(begin, json.find_last_not_of(white_space) + 1 - begin) == null_state;
}

/// Entries of an update, whose number stands before them and is known last.
class EntryWriter {
  public:
    void add(ClientNumber client, std::uint64_t clock, std::string_view state) {
        out_.var_uint(client);
        out_.var_uint(clock);
        out_.var_bytes(state.empty() ? null_state : state);
        ++count_;
    }
    bool empty() const { return count_ == 0; }

    std::string update() const {
        lib0::Writer whole;
        whole.reserve(out_.size() + 10);
        whole.var_uint(count_);
        whole.bytes(out_.view());
        return whole.take();
    }
    /// Nothing instead of an update without entries.
    std::string update_or_nothing() const { return empty() ? std::string() : update(); }

  private:
    lib0::Writer out_;
    std::uint64_t count_ = 0;
};

}  // namespace

Awareness::Awareness(AwarenessLimits limits) : limits_(limits) {}

std::expected<Awareness::Change, DecodeError> Awareness::apply(
    std::string_view update,
    ConnectionKey connection,
    Time now,
    std::span<const JsonMember> members) {
    if (auto checked = read(update, connection, members); !checked) {
        return std::unexpected(checked.error());
    }
    Change change;
    EntryWriter relay;
    EntryWriter answer;
    for (Heard& heard : heard_) {
        const Entry* entry = find(heard.client);  // judged again: one update may name it twice
        switch (judge(heard, entry, connection)) {
            case Verdict::accepted:
                relay.add(heard.client, heard.clock, accept(heard, connection, now, change));
                break;
            case Verdict::missed_removal:
                answer.add(heard.client, entry->clock, null_state);
                break;
            case Verdict::known:
                break;
        }
    }
    forget_dropped(now);
    change.relay = relay.update_or_nothing();
    change.answer = answer.update_or_nothing();
    return change;
}

std::expected<void, DecodeError> Awareness::read(
    std::string_view update, ConnectionKey connection, std::span<const JsonMember> members) {
    heard_.clear();
    lib0::Reader reader(update);
    const std::uint64_t count = reader.var_uint();
    if (!reader.failed() && count > limits_.entries) {
        return std::unexpected(DecodeError{DecodeError::Code::too_many_clients, 0});
    }
    std::size_t introduced = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        Heard heard;
        heard.client = reader.var_uint();
        heard.clock = reader.var_uint();
        heard.state = reader.var_bytes();
        if (reader.failed()) return std::unexpected(error_of(reader));
        heard.at = reader.offset() - heard.state.size();
        heard.is_null = is_null_state(heard.state);

        const Entry* entry = find(heard.client);
        const Verdict verdict = judge(heard, entry, connection);
        if (verdict == Verdict::known && entry != nullptr) continue;  // an echo, almost always
        if (verdict != Verdict::missed_removal) {
            if (auto checked = check_state(heard, members); !checked) return checked;
        }
        const bool is_held = entry != nullptr && entry->is_held();
        if (verdict == Verdict::accepted && !heard.is_null && !is_held) ++introduced;
        heard_.push_back(std::move(heard));
    }
    if (reader.failed()) return std::unexpected(error_of(reader));
    if (introduced > 0 && !has_room_for(introduced, connection)) {
        return std::unexpected(DecodeError{DecodeError::Code::too_many_clients, 0});
    }
    return {};
}

std::expected<void, DecodeError> Awareness::check_state(
    Heard& heard, std::span<const JsonMember> members) const {
    if (heard.state.size() > limits_.state_bytes) {
        return std::unexpected(DecodeError{DecodeError::Code::too_large, heard.at});
    }
    if (!is_valid_utf8(heard.state)) {
        return std::unexpected(DecodeError{DecodeError::Code::bad_utf8, heard.at});
    }
    auto mended = with_members(heard.state, limits_.state_depth, members);
    if (!mended) {
        return std::unexpected(DecodeError{mended.error().code, heard.at + mended.error().at});
    }
    heard.mended = *std::move(mended);
    return {};
}

bool Awareness::has_room_for(std::size_t introduced, ConnectionKey connection) const {
    if (size() + introduced > limits_.entries) return false;
    const auto own = std::ranges::count_if(entries_, [&](const auto& each) {
        return each.second.is_held() && each.second.connection == connection;
    });
    return static_cast<std::size_t>(own) + introduced <= limits_.entries_of_a_connection;
}

Awareness::Verdict Awareness::judge(
    const Heard& heard, const Entry* entry, ConnectionKey connection) {
    const bool is_held = entry != nullptr && entry->is_held();
    if (is_held && entry->connection != connection) return Verdict::known;
    const std::uint64_t known = entry == nullptr ? 0 : entry->clock;
    if (heard.clock > known) return Verdict::accepted;
    if (heard.clock == known && heard.is_null && is_held) return Verdict::accepted;
    const bool is_dropped = entry != nullptr && !is_held;
    return is_dropped && !heard.is_null ? Verdict::missed_removal : Verdict::known;
}

std::string_view Awareness::accept(
    Heard& heard, ConnectionKey connection, Time now, Change& change) {
    const auto [place, is_new] = entries_.try_emplace(heard.client);
    Entry& entry = place->second;
    if (heard.is_null) {
        if (!is_new) change.removed.push_back(heard.client);
    } else {
        (is_new ? change.added : change.updated).push_back(heard.client);
    }
    if (!is_new && !entry.is_held()) dropped_.erase(entry.dropped_place);
    entry.clock = heard.clock;
    entry.changed_at = now;
    entry.connection = connection;
    if (heard.is_null) {
        remember_dropped(heard.client, entry);
        return null_state;
    }
    if (heard.mended.empty()) {
        entry.state.assign(heard.state);
    } else {
        entry.state = std::move(heard.mended);
    }
    return entry.state;
}

Awareness::Change Awareness::remove_connection(ConnectionKey connection, Time now) {
    return drop_if(now, [&](const Entry& entry) { return entry.connection == connection; });
}

Awareness::Change Awareness::expire(Time now) {
    return drop_if(
        now, [&](const Entry& entry) { return now - entry.changed_at >= limits_.state_kept; });
}

template <class Predicate>
Awareness::Change Awareness::drop_if(Time now, const Predicate& is_to_go) {
    Change change;
    EntryWriter relay;
    for (auto& [client, entry] : entries_) {
        if (!entry.is_held() || !is_to_go(entry)) continue;
        change.removed.push_back(client);
        relay.add(client, entry.clock, null_state);
        entry.changed_at = now;
        remember_dropped(client, entry);
    }
    change.relay = relay.update_or_nothing();
    forget_dropped(now);
    return change;
}

void Awareness::remember_dropped(ClientNumber client, Entry& entry) {
    std::string().swap(entry.state);  // nothing else gives its memory back
    entry.dropped_place = dropped_.insert(dropped_.end(), client);
}

void Awareness::forget_dropped(Time now) {
    while (!dropped_.empty()) {
        const auto oldest = entries_.find(dropped_.front());
        const bool is_due = now - oldest->second.changed_at >= limits_.dropped_clock_kept;
        if (!is_due && dropped_.size() <= limits_.dropped_clocks) return;
        entries_.erase(oldest);
        dropped_.pop_front();
    }
}

std::string Awareness::encode() const {
    EntryWriter out;
    for (const auto& [client, entry] : entries_) {
        if (entry.is_held()) out.add(client, entry.clock, entry.state);
    }
    return out.update();
}

std::string Awareness::encode(std::span<const ClientNumber> clients) const {
    EntryWriter out;
    for (const ClientNumber client : clients) {
        if (const Entry* entry = find(client)) out.add(client, entry->clock, entry->state);
    }
    return out.update();
}

std::optional<std::string_view> Awareness::state(ClientNumber client) const {
    const Entry* entry = find(client);
    if (entry == nullptr || !entry->is_held()) return std::nullopt;
    return entry->state;
}

std::optional<std::uint64_t> Awareness::clock(ClientNumber client) const {
    const Entry* entry = find(client);
    if (entry == nullptr) return std::nullopt;
    return entry->clock;
}

const Awareness::Entry* Awareness::find(ClientNumber client) const {
    const auto place = entries_.find(client);
    return place == entries_.end() ? nullptr : &place->second;
}

}  // namespace codencollab::crdt
