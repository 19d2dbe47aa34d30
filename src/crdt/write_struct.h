#pragma once

#include "crdt/any.h"
#include "crdt/text_scan.h"
#include "crdt/update_encoder.h"
#include "crdt/update_records.h"

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>

namespace codencollab::crdt {

namespace detail {

template <class Encoder>
void write_content(
    Encoder& encoder, const StructRecord& record, const RecordDetails* details, Cut cut) {
    const std::uint32_t length = cut.to - cut.from;
    const bool is_whole = length == record.length;
    switch (record.kind) {
        case Kind::string:
            if (is_whole) {
                encoder.string(record.content, length);
            } else if (record.is_ascii) {
                encoder.string(record.content.substr(cut.from, length), length);
            } else {
                std::string scratch;
                const TextSlice slice = slice_text(record.content, cut.from, cut.to);
                encoder.string(slice.joined(scratch), length);
            }
            break;
        case Kind::deleted:
            encoder.deleted(length);
            break;
        case Kind::any:
        case Kind::json: {
            std::string_view values = record.content;
            if (!is_whole) {
                values.remove_prefix(skip_values(values, cut.from));
                values = values.substr(0, skip_values(values, length));
            }
            if (record.kind == Kind::any) {
                encoder.any(length, values);
            } else {
                encoder.json(length, values);
            }
            break;
        }
        case Kind::binary:
            encoder.binary(record.content);
            break;
        case Kind::embed:
            encoder.embed(record.content);
            break;
        case Kind::format:
            encoder.format_content(details->name, record.content);
            break;
        case Kind::type:
            encoder.type(details->type_kind, details->name);
            break;
        case Kind::subdocument:
            encoder.subdocument(details->name, record.content);
            break;
        case Kind::gc:
        case Kind::skip:
            break;
    }
}

}  // namespace detail

/// Writes what stands before an item's content: see write_struct(). The item is neither GC nor
/// Skip.
template <class Encoder>
void write_place(
    Encoder& encoder,
    const StructRecord& record,
    const RecordDetails* details,
    const ClientNumber* clients,
    std::uint32_t from) {
    const bool has_origin = record.has_origin || from > 0;
    // Where an item has an origin its key is its neighbour's; Yjs, which does not know it without a
    // document, leaves the bit out there, and no reader asks for it. Text, which Yjs has under no
    // key, keeps it: it says that runs must not be joined (merge_updates).
    const bool has_key =
        details != nullptr &&
        (record.kind == Kind::string ? details->key_bit : details->has_key && !has_origin);
    auto info = static_cast<std::uint8_t>(record.kind);
    if (has_origin) info |= info_origin;
    if (record.has_right_origin) info |= info_right_origin;
    if (has_key) info |= info_key;
    encoder.item_info(info);
    if (from > 0) {
        encoder.origin({.client = clients[record.client], .clock = record.clock + from - 1});
    } else if (has_origin) {
        encoder.origin({.client = clients[record.origin_client], .clock = record.origin_clock});
    }
    if (record.has_right_origin) {
        encoder.right_origin({.client = clients[record.right_client], .clock = record.right_clock});
    }
    if (!has_origin && !record.has_right_origin) {
        assert(details != nullptr);  // it names the parent
        if (details->parent == RecordDetails::Parent::root) {
            encoder.root_parent(details->parent_name);
        } else {
            encoder.item_parent(
                {.client = clients[details->parent_client], .clock = details->parent_clock});
        }
        if (has_key) encoder.key(details->key);
    }
}

/// Writes the part `cut` of a struct. A part that does not begin at 0 has the unit before it as its
/// origin. `clients` maps the record's client indices to numbers; `details` may be null where the
/// record has none. `Encoder` is EncoderV1 or EncoderV2.
template <class Encoder>
void write_struct(
    Encoder& encoder,
    const StructRecord& record,
    const RecordDetails* details,
    const ClientNumber* clients,
    Cut cut) {
    if (record.kind == Kind::gc) return encoder.gc(cut.to - cut.from);
    if (record.kind == Kind::skip) return encoder.skip(cut.to - cut.from);
    write_place(encoder, record, details, clients, cut.from);
    detail::write_content(encoder, record, details, cut);
}

}  // namespace codencollab::crdt
