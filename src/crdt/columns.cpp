#include "crdt/columns.h"

#include <limits>
#include <string>

namespace codencollab::crdt {

namespace {

using Failure = lib0::Reader::Failure;

/// A run of two or more says its length less two.
std::uint64_t read_long_run(lib0::Reader& in) {
    return in.var_uint() + 2;
}

}  // namespace

template <>
void ByteRunReader::begin_run() {
    value_ = in_.byte();
    left_ = in_.at_end() ? std::numeric_limits<std::uint64_t>::max() : in_.var_uint() + 1;
}

template <>
void UintRunReader::begin_run() {
    const lib0::VarInt value = in_.var_int();
    value_ = value.magnitude;
    left_ = value.negative ? read_long_run(in_) : 1;
}

void DiffRunReader::begin_run() {
    const lib0::VarInt encoded = in_.var_int();
    const auto magnitude = static_cast<std::int64_t>(encoded.magnitude);
    const std::int64_t value = encoded.negative ? -magnitude : magnitude;
    difference_ = value >> 1;  // rounds down, as Math.floor does
    left_ = (value & 1) != 0 ? read_long_run(in_) : 1;
}

StringColumnReader::StringColumnReader(std::string_view bytes) : ColumnReader(bytes) {
    text_ = in_.var_bytes();
    const TextFacts facts = scan_text(text_);
    if (!facts.is_valid) in_.fail(Failure::bad_utf8);
    units_left_ = facts.units;
    is_ascii_ = facts.is_ascii;
    lengths_ = UintRunReader(in_.bytes(in_.left()));
}

std::string_view StringColumnReader::next(Arena& arena, TextFacts& facts) {
    const std::uint64_t units = lengths_.next();
    facts = {.units = units};
    if (units > units_left_) {
        fail(Failure::truncated);
        facts.units = 0;
        return {};
    }
    if (units == 0) return {};
    units_left_ -= units;
    if (is_ascii_) {  // almost always
        const std::string_view text = text_.substr(0, units);
        text_.remove_prefix(units);
        return text;
    }
    const std::size_t from = in_pair_ ? 1 : 0;
    const TextSlice slice = slice_text(text_, from, from + units);
    text_.remove_prefix(
        static_cast<std::size_t>(slice.whole.data() - text_.data()) + slice.whole.size());
    in_pair_ = slice.half_after;
    std::string scratch;
    const std::string_view text = slice.joined(scratch);
    facts.is_ascii = text.size() == units;
    return slice.half_before || slice.half_after ? arena.store(text) : text;
}

void ByteRunWriter::clear() {
    out_.clear();
    count_ = 0;
}

void UintRunWriter::end_run() {
    if (count_ == 0) return;
    out_.var_int({.magnitude = value_, .negative = count_ > 1});
    if (count_ > 1) out_.var_uint(count_ - 2);
    count_ = 0;
}

std::string_view UintRunWriter::finish() {
    end_run();
    return out_.view();
}

void UintRunWriter::clear() {
    out_.clear();
    value_ = 0;
    count_ = 0;
}

void DiffRunWriter::end_run() {
    if (count_ == 0) return;
    const std::int64_t encoded = difference_ * 2 + (count_ > 1 ? 1 : 0);
    out_.var_int(
        {.magnitude = static_cast<std::uint64_t>(encoded < 0 ? -encoded : encoded),
         .negative = encoded < 0});
    if (count_ > 1) out_.var_uint(count_ - 2);
    count_ = 0;
}

std::string_view DiffRunWriter::finish() {
    end_run();
    return out_.view();
}

void DiffRunWriter::clear() {
    out_.clear();
    value_ = 0;
    difference_ = 0;
    count_ = 0;
}

void StringColumnWriter::clear() {
    text_.clear();
    lengths_.clear();
}

}  // namespace codencollab::crdt
