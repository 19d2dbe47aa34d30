#pragma once

#include "base/lib0.h"
#include "crdt/any.h"
#include "crdt/columns.h"
#include "crdt/id.h"
#include "crdt/read_error.h"
#include "crdt/text_scan.h"
#include "crdt/update_records.h"

#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

namespace codencollab::crdt {

/// Reads the fields of an update as they stand in v2: each from its column. As FieldsV1 else.
class FieldsV2 {
  public:
    static constexpr Format format = Format::v2;

    explicit FieldsV2(std::string_view bytes) : FieldsV2(lib0::Reader(bytes), bytes.data()) {}

    bool failed() const {
        return rest_.failed() || clients_.failed() || infos_.failed() || origin_clocks_.failed() ||
               right_clocks_.failed() || strings_.failed() || lengths_.failed() ||
               parents_.failed() || keys_.failed() || types_.failed();
    }
    DecodeError error() const;
    std::size_t offset() const { return rest_begin_ + rest_.offset(); }
    bool at_end() const { return rest_.at_end(); }

    std::uint64_t count() {
        const std::uint64_t count = rest_.var_uint();
        if (count > rest_.left()) rest_.fail(lib0::Reader::Failure::truncated);
        return rest_.failed() ? 0 : count;
    }
    /// Not bounded by the bytes: a run may stand for any number of structs.
    std::uint64_t struct_count() { return rest_.var_uint(); }

    ClientNumber block_client() { return clients_.next(); }
    Clock first_clock() { return read_clock(rest_); }
    std::uint8_t info() { return infos_.next(); }
    std::uint32_t gc_length() { return length(); }
    std::uint32_t skip_length() { return read_clock(rest_); }
    ClientNumber reference_client() { return clients_.next(); }
    Clock origin_clock() { return clock_from(origin_clocks_); }
    Clock right_clock() { return clock_from(right_clocks_); }
    bool parent_is_root() { return parents_.next() == 1; }
    std::string_view string(Arena& arena) {
        TextFacts facts;
        return strings_.next(arena, facts);
    }
    std::string_view key(Arena& arena);
    std::string_view text(Arena& arena, TextFacts& facts) { return strings_.next(arena, facts); }
    std::string_view json_text(Arena& arena) { return string(arena); }
    std::uint32_t deleted_length() { return length(); }
    std::uint64_t value_count() { return lengths_.next(); }
    std::uint64_t type_kind() { return types_.next(); }
    std::string_view binary() { return rest_.var_bytes(); }

    std::expected<std::string_view, DecodeError::Code> values(
        std::uint64_t count, std::size_t depth_max, Arena& arena) {
        return read_values(rest_, count, depth_max, arena);
    }
    std::expected<std::string_view, DecodeError::Code> value(std::size_t depth_max, Arena& arena) {
        return read_values(rest_, 1, depth_max, arena);
    }

    void begin_client_deletes() { deletes_end_ = 0; }
    ClientNumber delete_client() { return rest_.var_uint(); }
    Clock delete_clock() { return delete_step(0); }
    std::uint32_t delete_length() {
        const std::uint64_t begin = deletes_end_;
        return static_cast<std::uint32_t>(delete_step(1) - begin);
    }

  private:
    FieldsV2(lib0::Reader in, const char* begin);

    template <class Column>
    Clock clock_from(Column& column) {
        const std::uint64_t value = column.next();
        if (value <= max_clock) return static_cast<Clock>(value);
        column.fail(lib0::Reader::Failure::bad_integer);
        return 0;
    }
    std::uint32_t length() { return clock_from(lengths_); }

    /// Goes on within a client's deletes; answers where they are now.
    Clock delete_step(std::uint64_t extra) {
        const std::uint64_t end = deletes_end_ + rest_.var_uint() + extra;
        if (end > max_clock) {
            rest_.fail(lib0::Reader::Failure::bad_integer);
            return static_cast<Clock>(deletes_end_);
        }
        deletes_end_ = end;
        return static_cast<Clock>(end);
    }

    const char* begin_;
    DiffRunReader keys_;
    UintRunReader clients_;
    DiffRunReader origin_clocks_;
    DiffRunReader right_clocks_;
    ByteRunReader infos_;
    StringColumnReader strings_;
    ByteRunReader parents_;
    UintRunReader types_;
    UintRunReader lengths_;
    std::size_t rest_begin_;
    lib0::Reader rest_;
    std::vector<std::string_view> known_keys_;
    std::uint64_t deletes_end_ = 0;
};

}  // namespace codencollab::crdt
