#pragma once

#include "base/lib0.h"
#include "crdt/text_scan.h"
#include "crdt/update_records.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The columns of update v2: the values of one field of all structs in a row, equal neighbours
/// told once with their number.
/// Source: docs/wire-format.md, section 3.2.
namespace codencollab::crdt {

/// One column's bytes within an update.
class ColumnReader {
  public:
    explicit ColumnReader(std::string_view bytes) : in_(bytes), begin_(bytes.data()) {}

    bool failed() const { return in_.failed(); }
    lib0::Reader::Failure failure() const { return in_.failure(); }
    void fail(lib0::Reader::Failure failure) { in_.fail(failure); }
    /// Where in memory it stands, or failed.
    const char* at() const { return begin_ + in_.offset(); }

  protected:
    lib0::Reader in_;

  private:
    const char* begin_;
};

/// Equal values told once with their number.
template <class Value>
class RunReader : public ColumnReader {
  public:
    using ColumnReader::ColumnReader;

    Value next() {
        if (left_ == 0) begin_run();
        --left_;
        return value_;
    }

  private:
    void begin_run();

    Value value_ = 0;
    std::uint64_t left_ = 0;
};

/// Bytes in runs. The last run goes on for ever.
using ByteRunReader = RunReader<std::uint8_t>;
template <>
void ByteRunReader::begin_run();

/// Integers in runs ("UintOptRle").
using UintRunReader = RunReader<std::uint64_t>;
template <>
void UintRunReader::begin_run();

/// Integers in runs of equal differences ("IntDiffOptRle"). Fails for what is negative or above
/// `value_max`.
class DiffRunReader : public ColumnReader {
  public:
    static constexpr std::int64_t value_max = lib0::max_integer;

    using ColumnReader::ColumnReader;

    std::uint64_t next() {
        if (left_ == 0) begin_run();
        --left_;
        value_ += difference_;  // both within 54 bits
        if (value_ < 0 || value_ > value_max) {
            fail(lib0::Reader::Failure::bad_integer);
            value_ = 0;
        }
        return static_cast<std::uint64_t>(value_);
    }

  private:
    void begin_run();

    std::int64_t value_ = 0;
    std::int64_t difference_ = 0;
    std::uint64_t left_ = 0;
};

/// All strings in one, then their lengths in UTF-16 units.
class StringColumnReader : public ColumnReader {
  public:
    explicit StringColumnReader(std::string_view bytes);

    /// The next string: a view into the column, or into `arena` where a cut fell into a surrogate
    /// pair. `facts` says what scan_text() would.
    std::string_view next(Arena& arena, TextFacts& facts);

    bool failed() const { return ColumnReader::failed() || lengths_.failed(); }
    const ColumnReader& lengths() const { return lengths_; }

  private:
    UintRunReader lengths_{{}};
    std::string_view text_;  // what is left of it
    std::size_t units_left_ = 0;
    bool is_ascii_ = true;
    bool in_pair_ = false;  // the first half of text_'s first character has been given out
};

class ByteRunWriter {
  public:
    void put(std::uint8_t value) {
        if (count_ > 0 && value == value_) {
            ++count_;
            return;
        }
        if (count_ > 0) out_.var_uint(count_ - 1);
        out_.byte(value);
        value_ = value;
        count_ = 1;
    }
    /// The column, valid until the next call. It goes on only after clear().
    std::string_view finish() { return out_.view(); }
    void clear();

  private:
    lib0::Writer out_;
    std::uint8_t value_ = 0;
    std::uint64_t count_ = 0;
};

class UintRunWriter {
  public:
    void put(std::uint64_t value) {
        if (value == value_) {
            ++count_;
            return;
        }
        end_run();
        value_ = value;
        count_ = 1;
    }
    std::string_view finish();
    void clear();

  private:
    void end_run();

    lib0::Writer out_;
    std::uint64_t value_ = 0;
    std::uint64_t count_ = 0;
};

class DiffRunWriter {
  public:
    void put(std::uint64_t value) {
        const auto signed_value = static_cast<std::int64_t>(value);
        const std::int64_t difference = signed_value - value_;
        value_ = signed_value;
        if (difference == difference_) {
            ++count_;
            return;
        }
        end_run();
        difference_ = difference;
        count_ = 1;
    }
    std::string_view finish();
    void clear();

  private:
    void end_run();

    lib0::Writer out_;
    std::int64_t value_ = 0;
    std::int64_t difference_ = 0;
    std::uint64_t count_ = 0;
};

class StringColumnWriter {
  public:
    void put(std::string_view utf8, std::size_t units) {
        text_.bytes(utf8);
        lengths_.put(units);
    }
    void put(std::string_view utf8) { put(utf8, count_units(utf8)); }
    /// More of the string that was put last; its units count already.
    void add(std::string_view utf8) { text_.bytes(utf8); }

    /// The column's two parts: the strings, which want their size in front, and the lengths.
    std::string_view text() const { return text_.view(); }
    std::string_view finish_lengths() { return lengths_.finish(); }
    void clear();

  private:
    lib0::Writer text_;
    UintRunWriter lengths_;
};

}  // namespace codencollab::crdt
