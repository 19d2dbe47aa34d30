#pragma once

#include "base/lib0.h"
#include "crdt/delete_set.h"
#include "crdt/update_decoder.h"
#include "crdt/write_struct.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Updates for the codecs' tests: written field by field, read back, drawn at random.
namespace codencollab::crdt::test {

/// The update that the records say, in the order read.
template <class Encoder>
std::string encode_with(const UpdateRecords& records) {
    Encoder encoder;
    encoder.begin_structs(records.blocks.size());
    for (const RecordBlock& block : records.blocks) {
        const Clock first = block.count > 0 ? records.structs[block.first].clock : 0;
        encoder.begin_client(block.count, records.clients[block.client], first);
        for (std::uint32_t i = block.first; i < block.first + block.count; ++i) {
            const StructRecord& record = records.structs[i];
            write_struct(
                encoder,
                record,
                record.more == none ? nullptr : &records.more[record.more],
                records.clients.data(),
                {.from = 0, .to = record.length});
        }
    }
    DeleteSet deletes;
    for (const DeleteRecord& range : records.deletes) {
        deletes.add(records.clients[range.client], range.clock, range.length);
    }
    deletes.normalise();
    write_delete_set(encoder, deletes);
    return encoder.finish();
}

inline std::string encode(const UpdateRecords& records, Format format) {
    return format == Format::v1 ? encode_with<EncoderV1>(records) : encode_with<EncoderV2>(records);
}

/// An update without deletes: `write` writes `structs` structs of `client` from `first` on.
template <class Encoder, class Write>
std::string update_of(ClientNumber client, Clock first, std::uint64_t structs, const Write& write) {
    Encoder encoder;
    encoder.begin_structs(1);
    encoder.begin_client(structs, client, first);
    write(encoder);
    encoder.begin_deletes(0);
    return encoder.finish();
}

/// Text at the start of root "code" (clock 0) or right after the client's unit before `clock`.
inline std::string text_update(ClientNumber client, Clock clock, std::string_view text) {
    return update_of<EncoderV1>(client, clock, 1, [&](EncoderV1& encoder) {
        const auto kind = static_cast<std::uint8_t>(Kind::string);
        if (clock == 0) {
            encoder.item_info(kind);
            encoder.root_parent("code");
        } else {
            encoder.item_info(kind | info_origin);
            encoder.origin({.client = client, .clock = clock - 1});
        }
        encoder.string(text, static_cast<std::uint32_t>(count_units(text)));
    });
}

/// One struct of client 5 from clock 0, in v1.
inline std::string one(std::string_view structure) {
    return "\x01\x01\x05" + std::string(1, '\0') + std::string(structure) + std::string(1, '\0');
}

/// One item of client 5 in root "t" with a content in v1.
inline std::string item(Kind kind, std::string_view content) {
    return one(std::string(1, static_cast<char>(kind)) + "\x01\x01t" + std::string(content));
}

/// An update v2 of these columns.
struct Columns {
    std::string_view keys = "";
    std::string_view clients = "\x05";
    std::string_view origin_clocks = "";
    std::string_view right_clocks = "";
    std::string_view infos = "";
    std::string_view strings = std::string_view("\0", 1);
    std::string_view parents = "\x01";
    std::string_view types = "";
    std::string_view lengths = "";
    /// A client, a struct, clock 0, no deletes.
    std::string_view rest = std::string_view("\x01\x01\x00\x00", 4);

    operator std::string() const {  // NOLINT(google-explicit-constructor): a table's shorthand
        lib0::Writer out;
        out.byte(0);
        for (const std::string_view column :
             {keys,
              clients,
              origin_clocks,
              right_clocks,
              infos,
              strings,
              parents,
              types,
              lengths}) {
            out.var_bytes(column);
        }
        out.bytes(rest);
        return out.take();
    }
};

/// Decisions drawn from what rapidcheck generated; zeros once that is used up, so that what shrinks
/// becomes simpler.
class Choices {
  public:
    explicit Choices(std::span<const std::uint32_t> values) : values_(values) {}

    std::uint32_t below(std::uint32_t bound) {
        if (at_ == values_.size()) return 0;
        return values_[at_++] % bound;
    }
    bool coin() { return below(2) == 1; }
    bool empty() const { return at_ == values_.size(); }

  private:
    std::span<const std::uint32_t> values_;
    std::size_t at_ = 0;
};

/// A normalised value.
std::string random_value(Choices& choices);

/// A sound update with every kind of struct, canonical but for where its runs end.
std::string random_update(std::span<const std::uint32_t> choices, Format format);

}  // namespace codencollab::crdt::test
