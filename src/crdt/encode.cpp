// Writing updates and snapshots straight from the arrays.
#include "crdt/any.h"
#include "crdt/store.h"
#include "crdt/update_functions.h"

#include <algorithm>

namespace codencollab::crdt {

template <class Encoder>
void Store::write_item(Encoder& encoder, const Item& item, Cut cut, std::string& scratch) const {
    if (item.is_gc()) {
        encoder.gc(cut.to - cut.from);
        return;
    }
    const bool has_origin = cut.from > 0 || item.has_origin();
    std::uint8_t info = static_cast<std::uint8_t>(item.kind_bits);
    if (has_origin) info |= info_origin;
    if (item.has_right_origin()) info |= info_right_origin;
    if (item.is_keyed()) info |= info_key;
    encoder.item_info(info);
    if (cut.from > 0) {
        encoder.origin({clients_[item.client].number, item.clock + cut.from - 1});
    } else if (item.has_origin()) {
        encoder.origin({clients_[item.origin_client].number, item.origin_clock});
    }
    if (item.has_right_origin()) {
        encoder.right_origin({clients_[item.right_client].number, item.right_clock});
    }
    if (!has_origin && !item.has_right_origin()) {
        const TypeEntry& type = types_[type_of(item)];
        if (type.item == none) {
            encoder.root_parent(names_.get(type.name));
        } else {
            encoder.item_parent(id_of(items_[type.item]));
        }
        if (item.is_keyed()) encoder.key(names_.get(slots_[item.place.index()].key));
    }
    write_content(encoder, item, cut, scratch);
}

template <class Encoder>
void Store::write_content(Encoder& encoder, const Item& item, Cut cut, std::string& scratch) const {
    const std::uint32_t length = cut.to - cut.from;
    switch (item.kind()) {
        case Kind::deleted:
            encoder.deleted(length);
            break;
        case Kind::string: {
            const TextBuffer& text = clients_[item.client].text;
            const std::uint32_t from = item.content + cut.from;
            if (!text.is_wide()) {
                encoder.string(text.narrow(from, length), length);
            } else {
                scratch.clear();
                text.append_to(scratch, from, length);
                encoder.string(scratch, length);
            }
            break;
        }
        case Kind::json:
        case Kind::any: {
            std::string_view values = payloads_.bytes(item.content);
            values.remove_prefix(skip_values(values, cut.from));
            values = values.substr(0, skip_values(values, length));
            if (item.kind() == Kind::any) {
                encoder.any(length, values);
            } else {
                encoder.json(length, values);
            }
            break;
        }
        case Kind::binary:
            encoder.binary(payloads_.bytes(item.content));
            break;
        case Kind::embed:
            encoder.embed(payloads_.bytes(item.content));
            break;
        case Kind::format:
            encoder.format_content(
                names_.get(payloads_.name(item.content)), payloads_.bytes(item.content));
            break;
        case Kind::type: {
            const TypeEntry& type = types_[item.content];
            encoder.type(type.kind, type.name == none ? "" : names_.get(type.name));
            break;
        }
        case Kind::subdocument:
            encoder.subdocument(
                names_.get(payloads_.name(item.content)), payloads_.bytes(item.content));
            break;
        case Kind::gc:
        case Kind::skip:
            break;
    }
}

template <class Encoder>
void Store::write_structs(Encoder& encoder, std::uint32_t client, Clock from, Clock to) const {
    const std::vector<std::uint32_t>& structs = clients_[client].structs;
    const std::uint32_t first = find(client, from);
    const std::uint32_t last = to == clients_[client].state
                                   ? static_cast<std::uint32_t>(structs.size()) - 1
                                   : find(client, to - 1);
    encoder.begin_client(last - first + 1, clients_[client].number, from);
    std::string scratch;
    for (std::uint32_t i = first; i <= last; ++i) {
        const Item& item = items_[structs[i]];
        write_item(
            encoder,
            item,
            {from > item.clock ? from - item.clock : 0, std::min(item.length, to - item.clock)},
            scratch);
    }
}

std::string_view Store::encode_transaction() {
    std::ranges::sort(advanced_, std::ranges::greater{}, [this](const Mark& mark) {
        return clients_[mark.client].number;
    });
    encoder_.begin_structs(advanced_.size());
    for (const Mark& mark : advanced_) {
        write_structs(encoder_, mark.client, mark.clock, clients_[mark.client].state);
    }
    DeleteSet deletes;  // the ranges are in order already
    for (const DeletedRange& range : deleted_) {
        deletes.add(clients_[range.client].number, range.clock, range.length);
    }
    write_delete_set(encoder_, deletes);
    return encoder_.finish_view();
}

DeleteSet Store::delete_set() const {
    DeleteSet deletes;
    for (const std::uint32_t client : clients_descending()) {
        for (const std::uint32_t index : clients_[client].structs) {
            const Item& item = items_[index];
            if (item.deleted != 0) deletes.add(clients_[client].number, item.clock, item.length);
        }
    }
    return deletes;
}

namespace {

template <class Encode>
std::string with_encoder(Format format, Encode encode) {
    if (format == Format::v1) {
        EncoderV1 encoder;
        encode(encoder);
        return encoder.finish();
    }
    EncoderV2 encoder;
    encode(encoder);
    return encoder.finish();
}

}  // namespace

std::string Store::encode_integrated(const StateVector& known, Format format) const {
    return with_encoder(format, [&](auto& encoder) {
        std::size_t count = 0;
        std::size_t bytes = 64;
        for (const Client& client : clients_) {
            if (client.state <= known.get(client.number)) continue;
            ++count;
            // Enough for nearly every document: one allocation.
            bytes += client.text.size() + client.structs.size() * 16;
        }
        encoder.reserve(bytes);
        encoder.begin_structs(count);
        for (const std::uint32_t client : clients_descending()) {
            const Clock from = known.get(clients_[client].number);
            const Clock state = clients_[client].state;
            if (state > from) write_structs(encoder, client, from, state);
        }
        write_delete_set(encoder, delete_set());
    });
}

std::string Store::encode(const StateVector& known, Format format) const {
    std::string update = encode_integrated(known, format);
    if (pending_.empty()) return update;

    // What waits belongs to what a peer lacks.
    std::vector<std::string> parts;
    pending_.for_each_fragment([&](const Pending::Fragment& fragment) {
        parts.push_back(
            format == Format::v1
                ? fragment.update
                : convert_update(fragment.update, Format::v1, format, options_.limits)
                      .value_or(""));
    });
    DeleteSet deletes;
    pending_.for_each_delete([&](ClientNumber client, Clock clock, std::uint32_t length) {
        deletes.add(client, clock, length);
    });
    deletes.normalise();
    parts.push_back(with_encoder(format, [&](auto& encoder) {
        encoder.begin_structs(0);
        write_delete_set(encoder, deletes);
    }));
    std::vector<std::string_view> updates{update};
    for (const std::string& part : parts)
        updates.push_back(part);
    Limits limits = options_.limits;
    limits.structs *= 2;  // the document's own and those that wait
    return merge_updates(updates, format, limits).value_or(update);
}

Snapshot Document::snapshot() const {
    Snapshot snapshot;
    snapshot.deletes = store_->delete_set();
    for (const std::uint32_t client : store_->clients_descending()) {
        const Client& here = store_->clients_[client];
        if (here.state > 0) snapshot.state.emplace_back(here.number, here.state);
    }
    return snapshot;
}

std::optional<std::string> Document::encode_at(const Snapshot& snapshot) const {
    if (store_->options_.gc) return {};
    EncoderV1 encoder;
    std::size_t count = 0;
    for (const auto& [number, clock] : snapshot.state) {
        if (clock > state(number)) return {};
        if (clock > 0) ++count;
    }
    encoder.begin_structs(count);
    for (const auto& [number, clock] : snapshot.state) {
        if (clock > 0) store_->write_structs(encoder, store_->client_index(number), 0, clock);
    }
    write_delete_set(encoder, snapshot.deletes);
    return encoder.finish();
}

}  // namespace codencollab::crdt
