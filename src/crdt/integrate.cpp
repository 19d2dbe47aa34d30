// Integration of a decoded update: which of its structs can be taken now, in which order, and what
// waits (docs/wire-format.md, sections 4.1 and 4.6).
#include "crdt/record_runs.h"
#include "crdt/store.h"
#include "crdt/update_decoder.h"
#include "crdt/update_functions.h"
#include "crdt/write_struct.h"

#include <algorithm>

namespace codencollab::crdt {

std::expected<Applied, DecodeError> Store::apply(std::string_view update, Format format) {
    std::expected<void, DecodeError> sound =
        decode_update(update, format, options_.limits, records_);
    if (sound) sound = check(records_);
    if (!sound) {
        forget_big_scratch();
        return std::unexpected(sound.error());
    }

    begin();
    if (records_.has_skip || records_.has_trailing_bytes || format != Format::v1) {
        relay_as_is_ = false;
    }
    reserve(records_, update.size());
    integrate_all(records_);
    apply_deletes(records_);
    if (!pending_.empty()) retry_pending();
    forget_big_scratch();
    return commit(update);
}

// A document that was loaded in one go, or was sent a bomb, must not keep what that needed.
void Store::forget_big_scratch() {
    if (records_.structs.capacity() > 256 || records_.deletes.capacity() > 1024) records_ = {};
}

namespace {

/// Brings an update's blocks into the order in which they are integrated: clients descending, one
/// block a client, each unit once. Yjs writes them so; others may not. Of two structs for one unit
/// the one that begins first is taken, as where updates are merged: what waits is encoded that way.
void sort_blocks(UpdateRecords& records) {
    const auto number = [&](const RecordBlock& block) { return records.clients[block.client]; };
    const auto out_of_order = [&](const RecordBlock& a, const RecordBlock& b) {
        return number(a) <= number(b);
    };
    if (std::ranges::adjacent_find(records.blocks, out_of_order) == records.blocks.end()) return;
    const RunsByClient runs(records);
    std::vector<StructRecord> structs;
    structs.reserve(records.structs.size());
    std::vector<RecordBlock> blocks;
    for (const std::uint32_t client : runs.clients()) {
        const auto first = static_cast<std::uint32_t>(structs.size());
        Clock end = 0;
        for (const Run& run : runs.of(client)) {
            for (std::uint32_t i = run.first; i < run.first + run.count; ++i) {
                const StructRecord& record = records.structs[i];
                if (record.clock + record.length <= end) continue;
                end = record.clock + record.length;
                structs.push_back(record);
            }
        }
        blocks.push_back({client, first, static_cast<std::uint32_t>(structs.size()) - first});
    }
    records.structs = std::move(structs);
    records.blocks = std::move(blocks);
}

}  // namespace

// What of other clients' structs has to be there before `record`, and is not.
std::optional<Store::Wait> Store::missing_of(
    const UpdateRecords& records, const StructRecord& record) const {
    const auto lacks = [&](std::uint32_t client, Clock clock) {
        return client != record.client && clock >= state_of(client);
    };
    if (record.has_right_origin && lacks(record.right_client, record.right_clock)) {
        return Wait{record.right_client, record.right_clock};
    }
    // The rest of a struct that is known in part follows on its own unit before it, so that is its
    // origin, and its parent is that one's.
    if (record.clock < state_of(record.client)) return {};
    if (record.has_origin && lacks(record.origin_client, record.origin_clock)) {
        return Wait{record.origin_client, record.origin_clock};
    }
    if (record.more == none) return {};
    const RecordDetails& details = records.more[record.more];
    if (details.parent == RecordDetails::Parent::item &&
        lacks(details.parent_client, details.parent_clock)) {
        return Wait{details.parent_client, details.parent_clock};
    }
    return {};
}

// The author of a struct that is taken may be new to the document.
void Store::enter_author(const UpdateRecords& records, const StructRecord& record) {
    std::uint32_t& client = document_client_[record.client];
    if (client == no_client) client = enter_client(records.clients[record.client]);
}

// A keystroke: one struct that can be taken now, no need for queues.
bool Store::integrate_single(const UpdateRecords& records) {
    const StructRecord& record = records.structs.front();
    const Clock here = state_of(record.client);
    if (record.kind == Kind::skip || record.clock > here || missing_of(records, record)) {
        return false;
    }
    if (record.clock + record.length <= here) return true;
    enter_author(records, record);
    integrate(records, record, here - record.clock);
    return true;
}

void Store::integrate_all(UpdateRecords& records) {
    if (records.structs.empty()) return;
    if (records.structs.size() == 1 && integrate_single(records)) return;
    std::erase_if(records.blocks, [](const RecordBlock& block) { return block.count == 0; });
    sort_blocks(records);
    queues_.assign(records.clients.size(), {});
    for (const RecordBlock& block : records.blocks) {
        queues_[block.client] = {block.first, block.first + block.count, false};
    }
    for (const RecordBlock& block : records.blocks)
        integrate_client(records, block.client);
}

// Before a document is loaded: its size is known.
void Store::reserve(const UpdateRecords& records, std::size_t update_bytes) {
    constexpr std::size_t few = 64;
    // A few bytes of v2 may stand for a million structs that merge at once.
    const std::size_t count = std::min(records.structs.size(), update_bytes);
    const auto make_room = [](auto& vector, std::size_t more) {
        // Never by less than half, or many small updates would copy the whole each time.
        if (const std::size_t wanted = vector.size() + more; wanted > vector.capacity()) {
            vector.reserve(std::max(wanted, vector.capacity() + vector.capacity() / 2));
        }
    };
    if (count < few) return;
    make_room(items_, count);
    for (const RecordBlock& block : records.blocks) {
        const std::uint32_t client = document_client_[block.client];
        if (block.count >= few && client != no_client) {
            make_room(clients_[client].structs, std::min<std::size_t>(block.count, count));
        }
    }
}

// Integrates what it can of one client's structs, and before each of them what it refers to of
// other clients' structs in the same update. Depth first, with a stack of its own.
void Store::integrate_client(UpdateRecords& records, std::uint32_t first_client) {
    waits_.clear();
    waits_.push_back({first_client, max_clock});
    queues_[first_client].is_waiting = true;
    while (!waits_.empty()) {
        const Wait wait = waits_.back();
        Queue& queue = queues_[wait.client];
        const Clock here = state_of(wait.client);
        if (queue.next == queue.end || here > wait.until) {
            queue.is_waiting = false;
            waits_.pop_back();
            continue;
        }
        const StructRecord& record = records.structs[queue.next];
        if (record.kind == Kind::skip || record.clock + record.length <= here) {
            ++queue.next;
            continue;
        }
        Wait missing{wait.client, record.clock - 1};  // a gap in the client's own structs
        if (record.clock <= here) {
            const std::optional<Wait> lacking = missing_of(records, record);
            if (!lacking) {
                enter_author(records, record);
                integrate(records, record, here - record.clock);
                ++queue.next;
                continue;
            }
            missing = *lacking;
            Queue& other = queues_[missing.client];
            if (other.next != other.end && !other.is_waiting) {
                other.is_waiting = true;
                waits_.push_back(missing);
                continue;
            }
        }
        set_aside(records, queue, {records.clients[missing.client], missing.until});
        queue.next = queue.end;
    }
}

// The rest of a client's queue, as an update of its own, from the first unit that is not known.
void Store::set_aside(const UpdateRecords& records, const Queue& queue, Id missing) {
    relay_as_is_ = false;
    const StructRecord& head = records.structs[queue.next];
    const Clock begin = std::max(head.clock, state_of(head.client));
    const auto known_of = [&](const StructRecord& record) {
        return &record == &head ? begin - head.clock : 0;
    };
    // Structs that do not follow each other (a client that came in several blocks) need a block
    // each.
    std::vector<RecordBlock> blocks;
    Clock expected = 0;
    for (std::uint32_t i = queue.next; i < queue.end; ++i) {
        const StructRecord& record = records.structs[i];
        if (blocks.empty() || record.clock != expected) blocks.push_back({record.client, i, 0});
        ++blocks.back().count;
        expected = record.clock + record.length;
    }
    EncoderV1 encoder;
    encoder.begin_structs(blocks.size());
    for (const RecordBlock& block : blocks) {
        const StructRecord* record = &records.structs[block.first];
        const ClientNumber client = records.clients[block.client];
        encoder.begin_client(block.count, client, record->clock + known_of(*record));
        for (std::uint32_t i = 0; i < block.count; ++i, ++record) {
            write_struct(
                encoder,
                *record,
                record->more == none ? nullptr : &records.more[record->more],
                records.clients.data(),
                {known_of(*record), record->length});
        }
    }
    encoder.begin_deletes(0);
    pending_.add({missing, records.clients[head.client], begin, encoder.finish()});
}

void Store::apply_deletes(const UpdateRecords& records) {
    for (const DeleteRecord& range : records.deletes) {
        const ClientNumber number = records.clients[range.client];
        std::uint32_t client = document_client_[range.client];
        if (client == no_client) client = client_index(number);
        const Clock state = client == no_client ? 0 : clients_[client].state;
        const Clock end = range.clock + range.length;
        if (range.clock < state && range.length > 0) {
            delete_range(client, range.clock, std::min(end, state));
        }
        if (end > state && range.length > 0) {
            const Clock from = std::max(range.clock, state);
            pending_.add_delete(number, from, end - from);
            relay_as_is_ = false;
        }
    }
}

// What waited and need not wait any longer. Integrating it may free more, so this goes on until
// nothing moves: `advanced_` grows while it is walked. Within the bound, else all of it is dropped.
void Store::retry_pending() {
    const auto integrate_bytes = [this](std::string_view update) {
        // It was decoded before, so it is sound.
        if (!decode_update(update, Format::v1, options_.limits, records_)) return;
        document_client_.resize(records_.clients.size());
        for (std::size_t i = 0; i < records_.clients.size(); ++i) {
            document_client_[i] = client_index(records_.clients[i]);
        }
        // How deep its types lie could not be known before.
        if (!check_depth(records_)) {
            dropped_pending_ = true;
            return;
        }
        integrate_all(records_);
    };
    // Mostly the same structs again and again.
    const auto integrate_merged = [&](const std::vector<Pending::Fragment>& fragments) {
        std::vector<std::string_view> updates;
        updates.reserve(fragments.size());
        for (const Pending::Fragment& fragment : fragments)
            updates.push_back(fragment.update);
        const auto merged = merge_updates(updates, Format::v1, options_.limits);
        if (merged) {
            integrate_bytes(*merged);
        } else {
            dropped_pending_ = true;
        }
    };
    bool moved = true;
    while (moved) {
        moved = false;
        std::size_t walked = 0;
        while (walked < advanced_.size()) {
            const std::uint32_t client = advanced_[walked++].client;
            const ClientNumber number = clients_[client].number;
            while (auto fragment = pending_.take(number, clients_[client].state)) {
                relay_as_is_ = false;
                moved = true;
                integrate_bytes(fragment->update);
            }
            const auto overtaken = pending_.take_overtaken(number, clients_[client].state);
            if (!overtaken.empty()) {
                relay_as_is_ = false;
                moved = true;
                integrate_merged(overtaken);
            }
        }
    }
    for (const Mark& mark : advanced_) {
        const Client& client = clients_[mark.client];
        while (const auto range = pending_.take_delete(client.number, client.state)) {
            relay_as_is_ = false;
            const auto [clock, length] = *range;
            const Clock end = std::min<Clock>(clock + length, client.state);
            if (clock + length > client.state) {
                pending_.add_delete(client.number, client.state, clock + length - client.state);
            }
            delete_range(mark.client, clock, end);
        }
    }

    const Limits& limits = options_.limits;
    const auto over = [&] {
        return pending_.bytes() > limits.pending_bytes ||
               pending_.clients() > limits.pending_clients;
    };
    if (!over()) return;
    integrate_merged(pending_.take_all());  // merged, they may fit
    if (pending_.bytes() > limits.pending_bytes / 2 ||
        pending_.clients() > limits.pending_clients) {
        pending_.clear();
        dropped_pending_ = true;
    }
}

}  // namespace codencollab::crdt
