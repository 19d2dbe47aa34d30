// What of an update can be refused only beside the document that it is for: limits on what it would
// come to.
#include "crdt/store.h"

#include <algorithm>

namespace codencollab::crdt {

namespace {

using Code = DecodeError::Code;

std::unexpected<DecodeError> refuse(Code code, std::size_t at) {
    return std::unexpected(DecodeError{code, at});
}

}  // namespace

// After this nothing can fail but memory.
std::expected<void, DecodeError> Store::check(const UpdateRecords& records) {
    const Limits& limits = options_.limits;
    document_client_.resize(records.clients.size());
    for (std::size_t i = 0; i < records.clients.size(); ++i) {
        document_client_[i] = client_index(records.clients[i]);
    }
    if (structs_ + records.structs.size() > limits.structs) return refuse(Code::too_large, 0);

    std::size_t new_clients = 0;
    std::uint64_t text = 0;
    std::uint64_t values = 0;
    bool has_types = false;
    for (const RecordBlock& block : records.blocks) {
        const std::uint32_t client = document_client_[block.client];
        const Clock state = client == no_client ? 0 : clients_[client].state;
        if (client == no_client) ++new_clients;
        for (std::uint32_t i = block.first; i < block.first + block.count; ++i) {
            const StructRecord& record = records.structs[i];
            if (record.kind == Kind::skip) continue;  // a gap is no struct, and may be longer
            if (record.length > max_length) return refuse(Code::bad_integer, record.at);
            if (record.clock + record.length <= state) continue;
            if (record.kind == Kind::string) {
                text += record.clock + record.length - std::max(record.clock, state);
            } else {
                values += record.content.size();
                has_types |= record.kind == Kind::type;
            }
        }
    }
    if (clients_.size() + new_clients > limits.clients) return refuse(Code::too_many_clients, 0);
    if (payloads_.live() + values > limits.value_bytes) return refuse(Code::too_large, 0);
    if (text_units_ + text > limits.text_units) {
        if (auto fits = check_text_limit(records, text); !fits) return fits;
    }
    if (has_types) return check_depth(records);
    return {};
}

// The update inserts more than there is room for, unless it also deletes: only now is that counted,
// unit by unit, because ranges may name what is deleted already, or the update's own text.
std::expected<void, DecodeError> Store::check_text_limit(
    const UpdateRecords& records, std::uint64_t inserted) {
    DeleteSet deletes;
    for (const DeleteRecord& range : records.deletes) {
        deletes.add(records.clients[range.client], range.clock, range.length);
    }
    deletes.normalise();
    std::uint64_t freed = 0;
    for (const DeleteSet::Range& range : deletes.ranges()) {
        const std::uint32_t client = client_index(range.client);
        if (client == no_client || range.clock >= clients_[client].state) continue;
        const std::vector<std::uint32_t>& structs = clients_[client].structs;
        for (std::uint32_t i = std::as_const(*this).find(client, range.clock);
             i < structs.size() && items_[structs[i]].clock < range.end();
             ++i) {
            const Item& item = items_[structs[i]];
            if (item.kind() != Kind::string || item.deleted != 0) continue;
            freed += std::min(item.end(), range.end()) - std::max(item.clock, range.clock);
        }
    }
    for (const StructRecord& record : records.structs) {
        const Clock from = std::max(record.clock, state_of(record.client));
        const Clock end = record.clock + record.length;
        if (record.kind != Kind::string || from >= end) continue;
        freed += deletes.units_within(records.clients[record.client], from, end);
    }
    if (text_units_ + inserted - freed > options_.limits.text_units) {
        return refuse(Code::too_large, 0);
    }
    return {};
}

namespace {

/// How deep the lists of an update's structs lie, each computed once; chains of references are
/// followed without recursion.
class DepthFinder {
  public:
    explicit DepthFinder(const UpdateRecords& records)
        : records_(records), depth_(records.structs.size(), unknown) {
        by_clock_.resize(records.structs.size());
        for (std::uint32_t i = 0; i < by_clock_.size(); ++i)
            by_clock_[i] = i;
        std::ranges::sort(by_clock_, [&](std::uint32_t a, std::uint32_t b) {
            const StructRecord& l = records_.structs[a];
            const StructRecord& r = records_.structs[b];
            return std::pair{l.client, l.clock} < std::pair{r.client, r.clock};
        });
    }

    /// The depth of the list in which record `wanted` stands. `known(client, clock, &depth)` says
    /// what the document has at an id.
    template <class Known>
    std::uint32_t of(std::uint32_t wanted, Known known) {
        std::vector<std::uint32_t> open{wanted};
        while (!open.empty()) {
            const std::uint32_t at = open.back();
            if (depth_[at] < in_progress) {
                open.pop_back();
                continue;
            }
            const StructRecord& record = records_.structs[at];
            const RecordDetails* details =
                record.more == none ? nullptr : &records_.more[record.more];
            std::uint32_t client = none;
            Clock clock = 0;
            std::uint32_t below = 0;
            if (record.has_origin) {
                client = record.origin_client;
                clock = record.origin_clock;
            } else if (record.has_right_origin) {
                client = record.right_client;
                clock = record.right_clock;
            } else if (details != nullptr && details->parent == RecordDetails::Parent::item) {
                client = details->parent_client;
                clock = details->parent_clock;
                below = 1;
            }
            std::uint32_t depth = 1;
            if (client != none && !known(client, clock, depth)) {
                const std::uint32_t next = record_at(client, clock);
                // A reference to nothing, or in a circle, waits as pending for ever.
                if (next != none && depth_[next] == unknown) {
                    depth_[at] = in_progress;
                    open.push_back(next);
                    continue;
                }
                depth = next == none || depth_[next] == in_progress ? 1 : depth_[next];
            }
            depth_[at] = depth + below;
            open.pop_back();
        }
        return depth_[wanted];
    }

  private:
    static constexpr std::uint32_t unknown = none;
    static constexpr std::uint32_t in_progress = none - 1;

    std::uint32_t record_at(std::uint32_t client, Clock clock) const {
        auto after =
            std::ranges::upper_bound(by_clock_, std::pair{client, clock}, {}, [&](std::uint32_t i) {
                return std::pair{records_.structs[i].client, records_.structs[i].clock};
            });
        if (after == by_clock_.begin()) return none;
        const StructRecord& record = records_.structs[*--after];
        return record.client == client && clock - record.clock < record.length ? *after : none;
    }

    const UpdateRecords& records_;
    std::vector<std::uint32_t> depth_;
    std::vector<std::uint32_t> by_clock_;
};

}  // namespace

std::expected<void, DecodeError> Store::check_depth(const UpdateRecords& records) {
    std::size_t types = 0;
    for (const StructRecord& record : records.structs)
        types += record.kind == Kind::type ? 1 : 0;
    if (max_depth_ + types <= options_.limits.type_depth) return {};  // nearly always
    DepthFinder depths(records);
    const auto known = [&](std::uint32_t message_client, Clock clock, std::uint32_t& depth) {
        const std::uint32_t client = document_client_[message_client];
        if (client == no_client || clock >= clients_[client].state) return false;
        const Item& item =
            items_[clients_[client].structs[std::as_const(*this).find(client, clock)]];
        depth = item.is_gc() ? 1 : types_[type_of(item)].depth;
        return true;
    };
    for (std::uint32_t i = 0; i < records.structs.size(); ++i) {
        if (records.structs[i].kind != Kind::type) continue;
        if (depths.of(i, known) + 1 > options_.limits.type_depth) {
            return refuse(Code::too_deep, records.structs[i].at);
        }
    }
    return {};
}

}  // namespace codencollab::crdt
