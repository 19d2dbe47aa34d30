#pragma once

#include "base/lib0.h"
#include "crdt/any.h"
#include "crdt/id.h"
#include "crdt/json_value.h"
#include "crdt/read_error.h"
#include "crdt/text_scan.h"
#include "crdt/update_records.h"

#include <cstdint>
#include <expected>
#include <string_view>

namespace codencollab::crdt {

/// Reads the fields of an update as they stand in v1: in a row. A failure sticks, as in
/// lib0::Reader. FieldsV2 has the same members.
class FieldsV1 {
  public:
    static constexpr Format format = Format::v1;

    explicit FieldsV1(std::string_view bytes) : in_(bytes) {}

    bool failed() const { return in_.failed(); }
    DecodeError error() const { return read_error(in_); }
    /// Where the reader stands, for errors and for StructRecord::at.
    std::size_t offset() const { return in_.offset(); }
    bool at_end() const { return in_.at_end(); }

    /// How many of something follow: at most as many as there are bytes left.
    std::uint64_t count() {
        const std::uint64_t count = in_.var_uint();
        if (count > in_.left()) in_.fail(lib0::Reader::Failure::truncated);
        return failed() ? 0 : count;
    }
    std::uint64_t struct_count() { return count(); }

    ClientNumber block_client() { return in_.var_uint(); }
    Clock first_clock() { return read_clock(in_); }
    std::uint8_t info() { return in_.byte(); }
    std::uint32_t gc_length() { return read_clock(in_); }
    std::uint32_t skip_length() { return read_clock(in_); }
    ClientNumber reference_client() { return in_.var_uint(); }
    Clock origin_clock() { return read_clock(in_); }  // and a parent's
    Clock right_clock() { return read_clock(in_); }
    bool parent_is_root() { return in_.var_uint() == 1; }
    std::string_view string(Arena&) { return in_.var_string(); }  // root name, parentSub, guid
    std::string_view key(Arena&) { return in_.var_string(); }     // of a format; a node's name
    /// Text content, which may turn out to be no UTF-8.
    std::string_view text(Arena&, TextFacts& facts) {
        const std::string_view text = in_.var_bytes();
        facts = scan_text(text);
        return text;
    }
    std::string_view json_text(Arena&) { return in_.var_string(); }  // of ContentJSON
    std::uint32_t deleted_length() { return read_clock(in_); }
    std::uint64_t value_count() { return count(); }
    std::uint64_t type_kind() { return in_.var_uint(); }
    std::string_view binary() { return in_.var_bytes(); }

    std::expected<std::string_view, DecodeError::Code> values(
        std::uint64_t count, std::size_t depth_max, Arena& arena) {
        return read_values(in_, count, depth_max, arena);
    }
    /// The value of a format or an embed.
    std::expected<std::string_view, DecodeError::Code> value(std::size_t depth_max, Arena& arena) {
        const std::string_view text = in_.var_string();
        if (in_.failed()) return std::unexpected(code_of(in_.failure()));
        auto value = json_to_any(text, depth_max, arena);
        if (!value) return std::unexpected(value.error().code);
        return *value;
    }

    void begin_client_deletes() {}
    ClientNumber delete_client() { return in_.var_uint(); }
    Clock delete_clock() { return read_clock(in_); }
    std::uint32_t delete_length() { return read_clock(in_); }

  private:
    lib0::Reader in_;
};

}  // namespace codencollab::crdt
