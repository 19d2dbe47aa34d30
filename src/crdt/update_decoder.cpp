#include "crdt/update_decoder.h"

#include "crdt/any.h"
#include "crdt/fields_v1.h"
#include "crdt/fields_v2.h"
#include "crdt/json_value.h"
#include "crdt/text_scan.h"
#include "crdt/value_builder.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace codencollab::crdt {

namespace {

using Code = DecodeError::Code;

/// Reads one update from `Fields` (FieldsV1 or FieldsV2), checks it, and adds it to the records.
/// Its functions answer whether to go on; error() says why not.
template <class Fields>
class UpdateReader {
  public:
    /// `bytes` is the size of the update.
    UpdateReader(Fields& fields, std::size_t bytes, const Limits& limits, UpdateRecords& out)
        : fields_(fields), bytes_(bytes), limits_(limits), out_(out) {}

    bool read() {
        if (!read_structs() || !read_deletes()) return false;
        if (!fields_.at_end()) out_.has_trailing_bytes = true;
        if (out_.clients.size() > limits_.clients) return refuse(Code::too_many_clients);
        return true;
    }

    const DecodeError& error() const { return error_; }

  private:
    bool refuse(Code code, std::size_t at) {
        // After a failed read everything is zero: what looks wrong then is not the reason.
        error_ = fields_.failed() ? fields_.error() : DecodeError{.code = code, .at = at};
        return false;
    }
    bool refuse(Code code) { return refuse(code, fields_.offset()); }
    bool is_sound() { return !fields_.failed() || refuse(Code::truncated); }

    bool read_structs() {
        const std::uint64_t blocks = fields_.count();
        std::size_t structs_left = limits_.structs;
        for (std::uint64_t i = 0; i < blocks; ++i) {
            const std::uint64_t count = fields_.struct_count();
            const ClientNumber number = fields_.block_client();
            const Clock first = fields_.first_clock();
            if (!is_sound()) return false;
            if (count > structs_left) return refuse(Code::too_large);
            structs_left -= count;
            make_room(count);
            const std::uint32_t client = out_.client_index(number);
            out_.blocks.push_back(
                {.client = client,
                 .first = static_cast<std::uint32_t>(out_.structs.size()),
                 .count = static_cast<std::uint32_t>(count)});
            Clock clock = first;
            for (std::uint64_t k = 0; k < count; ++k) {
                StructRecord& record = out_.structs.emplace_back();
                record.client = client;
                record.clock = clock;
                record.at = static_cast<std::uint32_t>(fields_.offset());
                if (!read_struct(record) || !is_sound()) return false;
                if (record.length == 0) return refuse(Code::empty_struct, record.at);
                if (record.length > max_clock - clock) return refuse(Code::bad_integer, record.at);
                clock += record.length;
            }
        }
        return is_sound();
    }

    /// For a block at once. A promise alone reserves nothing: in v2 a few bytes may stand for a
    /// million structs.
    void make_room(std::uint64_t count) {
        constexpr std::uint64_t few = 64;
        if (count < few) return;  // almost always
        const std::size_t wanted = out_.structs.size() + std::min<std::uint64_t>(count, bytes_);
        if (wanted <= out_.structs.capacity()) return;
        out_.structs.reserve(std::max(wanted, 2 * out_.structs.capacity()));
    }

    bool read_struct(StructRecord& record) {
        const std::uint8_t info = fields_.info();
        constexpr std::uint8_t kind_bits = 0x1F;
        const auto kind = static_cast<Kind>(info & kind_bits);
        record.kind = kind;
        switch (kind) {
            case Kind::gc:
                record.length = fields_.gc_length();
                return true;
            case Kind::skip:
                // Yjs' two decoders differ on a Skip with further bits, so nobody writes one.
                if (info != static_cast<std::uint8_t>(Kind::skip)) return refuse(Code::bad_content);
                out_.has_skip = true;
                record.length = fields_.skip_length();
                return true;
            default:
                return read_place(record, info) && read_content(record);
        }
    }

    RecordDetails& details(StructRecord& record) {
        if (record.more == none) {
            record.more = static_cast<std::uint32_t>(out_.more.size());
            return out_.more.emplace_back();
        }
        return out_.more[record.more];
    }

    /// A client and clock that must be known before the struct that names them.
    bool read_reference(
        const StructRecord& record,
        Clock (Fields::*read_field)(),
        std::uint32_t& client,
        Clock& clock) {
        client = out_.client_index(fields_.reference_client());
        clock = (fields_.*read_field)();
        if (client == record.client && clock >= record.clock) return refuse(Code::bad_reference);
        return true;
    }

    bool read_place(StructRecord& record, std::uint8_t info) {
        if ((info & info_origin) != 0) {
            record.has_origin = true;
            if (!read_reference(
                    record, &Fields::origin_clock, record.origin_client, record.origin_clock)) {
                return false;
            }
        }
        if ((info & info_right_origin) != 0) {
            record.has_right_origin = true;
            if (!read_reference(
                    record, &Fields::right_clock, record.right_client, record.right_clock)) {
                return false;
            }
        }
        const bool has_key = (info & info_key) != 0;
        if (record.has_origin || record.has_right_origin) {  // almost always
            if (has_key) details(record).key_bit = true;
            return true;
        }
        RecordDetails& more = details(record);
        if (fields_.parent_is_root()) {
            more.parent = RecordDetails::Parent::root;
            more.parent_name = fields_.string(out_.arena);
        } else {
            more.parent = RecordDetails::Parent::item;
            if (!read_reference(
                    record, &Fields::origin_clock, more.parent_client, more.parent_clock)) {
                return false;
            }
        }
        if (has_key) {
            more.has_key = true;
            more.key_bit = true;
            more.key = fields_.string(out_.arena);
        }
        return true;
    }

    bool read_content(StructRecord& record) {
        switch (record.kind) {
            case Kind::string:
                return read_text(record);
            case Kind::deleted:
                record.length = fields_.deleted_length();
                return true;
            case Kind::json:
                return read_legacy_json(record);
            case Kind::binary:
                record.length = 1;
                record.content = fields_.binary();
                return true;
            case Kind::format:
                if (!read_name(record)) return false;
                [[fallthrough]];
            case Kind::embed:
                record.length = 1;
                return take(record, fields_.value(limits_.value_depth, out_.arena));
            case Kind::type:
                return read_type(record);
            case Kind::any:
                return read_any(record);
            case Kind::subdocument:
                return read_subdocument(record);
            default:
                return refuse(Code::bad_content, record.at);
        }
    }

    bool take(StructRecord& record, std::expected<std::string_view, Code> content) {
        if (!content) return refuse(content.error());
        record.content = *content;
        return true;
    }

    bool read_text(StructRecord& record) {
        TextFacts facts;
        record.content = fields_.text(out_.arena, facts);
        if (!facts.is_valid) return refuse(Code::bad_utf8);
        if (facts.units > max_clock) return refuse(Code::bad_integer);
        record.is_ascii = facts.is_ascii;
        record.length = static_cast<std::uint32_t>(facts.units);
        return true;
    }

    bool read_any(StructRecord& record) {
        const std::uint64_t count = fields_.value_count();
        if (count > max_clock) return refuse(Code::bad_integer);
        record.length = static_cast<std::uint32_t>(count);
        return take(record, fields_.values(count, limits_.value_depth, out_.arena));
    }

    bool read_legacy_json(StructRecord& record) {
        const std::uint64_t count = fields_.value_count();
        if (count > max_clock) return refuse(Code::bad_integer);
        record.length = static_cast<std::uint32_t>(count);
        ValueBuilder values;
        for (std::uint64_t i = 0; i < count; ++i) {
            const std::string_view text = fields_.json_text(out_.arena);
            if (!is_sound()) return false;
            if (text == "undefined") {
                values.undefined();
            } else if (auto parsed = parse_json(text, limits_.value_depth, values); !parsed) {
                return refuse(parsed.error().code);
            }
        }
        record.content = out_.arena.store(values.view());
        return true;
    }

    /// The key of a format or the name of a node. In v2 one key of a megabyte may be referred to
    /// half a million times in a few bytes; written out, that is more than any memory holds.
    bool read_name(StructRecord& record) {
        const std::string_view name = fields_.key(out_.arena);
        name_bytes_ += name.size();
        if (name_bytes_ > limits_.value_bytes) return refuse(Code::too_large);
        details(record).name = name;
        return true;
    }

    bool read_type(StructRecord& record) {
        const std::uint64_t kind = fields_.type_kind();
        if (kind > static_cast<std::uint64_t>(TypeKind::xml_text)) return refuse(Code::bad_content);
        record.length = 1;
        RecordDetails& more = details(record);
        more.type_kind = static_cast<TypeKind>(kind);
        return !has_name(more.type_kind) || read_name(record);
    }

    bool read_subdocument(StructRecord& record) {
        record.length = 1;
        details(record).name = fields_.string(out_.arena);
        const auto value = fields_.values(1, limits_.value_depth, out_.arena);
        if (!value) return refuse(value.error());
        const auto options = subdocument_options(*value);
        if (!options) return refuse(Code::bad_content);
        record.content = *options == *value ? *value : out_.arena.store(*options);
        return true;
    }

    bool read_deletes() {
        const std::uint64_t clients = fields_.count();
        const std::size_t before = out_.deletes.size();
        for (std::uint64_t i = 0; i < clients; ++i) {
            fields_.begin_client_deletes();
            const std::uint32_t client = out_.client_index(fields_.delete_client());
            const std::uint64_t ranges = fields_.count();
            if (!is_sound()) return false;
            if (ranges > limits_.delete_ranges - (out_.deletes.size() - before)) {
                return refuse(Code::too_large);
            }
            for (std::uint64_t k = 0; k < ranges; ++k) {
                const Clock clock = fields_.delete_clock();
                const std::uint32_t length = fields_.delete_length();
                if (!is_sound()) return false;
                if (length > max_clock - clock) return refuse(Code::bad_integer);
                out_.deletes.push_back({.client = client, .clock = clock, .length = length});
            }
        }
        return is_sound();
    }

    Fields& fields_;
    std::size_t bytes_;
    const Limits& limits_;
    UpdateRecords& out_;
    DecodeError error_{};
    std::size_t name_bytes_ = 0;
};

template <class Fields>
std::expected<void, DecodeError> read_with(
    std::string_view bytes, const Limits& limits, UpdateRecords& out) {
    Fields fields(bytes);
    UpdateReader<Fields> reader(fields, bytes.size(), limits, out);
    if (!reader.read()) return std::unexpected(reader.error());
    return {};
}

}  // namespace

std::expected<void, DecodeError> decode_update(
    std::string_view bytes, Format format, const Limits& limits, UpdateRecords& out) {
    out.clear();
    return append_update(bytes, format, limits, out);
}

std::expected<void, DecodeError> append_update(
    std::string_view bytes, Format format, const Limits& limits, UpdateRecords& out) {
    return format == Format::v1 ? read_with<FieldsV1>(bytes, limits, out)
                                : read_with<FieldsV2>(bytes, limits, out);
}

}  // namespace codencollab::crdt
