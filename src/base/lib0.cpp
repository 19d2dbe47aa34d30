#include "base/lib0.h"

#include "base/utf.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace codencollab::lib0 {

std::uint64_t Reader::long_var_uint() {
    std::uint64_t value = 0;
    if constexpr (std::endian::native == std::endian::little) {
        if (left() >= sizeof(value)) {  // almost always: all eight bytes at once
            std::uint64_t word = 0;
            std::memcpy(&word, at_, sizeof(word));
            const std::uint64_t ends = ~word & 0x8080808080808080;
            if (ends == 0) {
                fail(Failure::bad_integer);
                return 0;
            }
            const auto bits = static_cast<unsigned>(std::countr_zero(ends)) + 1;
            word &= ~std::uint64_t{0} >> (64 - bits) & 0x7F7F7F7F7F7F7F7F;
            word = (word & 0x7F007F007F007F00) >> 1 | (word & 0x007F007F007F007F);
            word = (word & 0x3FFF00003FFF0000) >> 2 | (word & 0x00003FFF00003FFF);
            value = (word & 0x0FFFFFFF00000000) >> 4 | (word & 0x000000000FFFFFFF);
            if (value > max_integer) {
                fail(Failure::bad_integer);
                return 0;
            }
            at_ += bits / 8;
            return value;
        }
    }
    const char* const start = at_;
    for (unsigned shift = 0; shift <= 49; shift += 7) {
        if (at_ == end_) {
            fail(Failure::truncated);
            return 0;
        }
        const auto next = static_cast<std::uint8_t>(*at_++);
        value |= static_cast<std::uint64_t>(next & 0x7F) << shift;
        if (next < 0x80) {
            if (value <= max_integer) return value;
            break;
        }
    }
    at_ = start;
    fail(Failure::bad_integer);
    return 0;
}

VarInt Reader::var_int() {
    const std::uint8_t first = byte();
    VarInt value{
        .magnitude = static_cast<std::uint64_t>(first & 0x3F), .negative = (first & 0x40) != 0};
    if (first < 0x80) return value;
    for (unsigned shift = 6; shift <= 55; shift += 7) {
        if (at_ == end_) {
            fail(Failure::truncated);
            return {};
        }
        const auto next = static_cast<std::uint8_t>(*at_++);
        value.magnitude |= static_cast<std::uint64_t>(next & 0x7F) << shift;
        if (next < 0x80) {
            if (value.magnitude <= max_integer) return value;
            break;
        }
    }
    fail(Failure::bad_integer);
    return {};
}

std::string_view Reader::var_string() {
    const std::string_view text = var_bytes();
    if (!is_valid_utf8(text)) {
        at_ -= text.size();
        fail(Failure::bad_utf8);
        return {};
    }
    return text;
}

void Writer::var_int(VarInt value) {
    const auto sign = static_cast<std::uint8_t>(value.negative ? 0x40 : 0);
    const auto low = static_cast<std::uint8_t>(value.magnitude & 0x3F);
    value.magnitude >>= 6;
    if (value.magnitude == 0) {
        byte(sign | low);
        return;
    }
    byte(static_cast<std::uint8_t>(0x80 | sign | low));
    var_uint(value.magnitude);
}

std::string Writer::take() {
    buffer_.resize(size_);
    size_ = 0;
    return std::exchange(buffer_, {});
}

void Writer::grow(std::size_t count) {
    const std::size_t wanted = std::max(size_ + count, buffer_.size() + buffer_.size() / 2);
    // The bytes past size_ are written before they are read, so they need no value.
    buffer_.resize_and_overwrite(
        std::max<std::size_t>(wanted, 64), [](char*, std::size_t size) { return size; });
}

}  // namespace codencollab::lib0
