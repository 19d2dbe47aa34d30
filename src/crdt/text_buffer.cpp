#include "crdt/text_buffer.h"

#include "base/utf.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace codencollab::crdt {

namespace {

constexpr char16_t replacement = 0xFFFD;

bool is_high(char16_t unit) {
    return (unit & 0xFC00U) == 0xD800;
}
bool is_low(char16_t unit) {
    return (unit & 0xFC00U) == 0xDC00;
}

char* put_unit(char* at, char32_t unit) {
    *at++ = static_cast<char>(unit & 0xFFU);
    *at++ = static_cast<char>(unit >> 8U);
    return at;
}

/// Valid UTF-8 to UTF-16, each unit as two bytes, low byte first.
char* put_wide(char* out, std::string_view utf8) {
    std::size_t i = 0;
    const auto next = [&] { return static_cast<char32_t>(static_cast<unsigned char>(utf8[i++])); };
    const auto more = [&](char32_t point) { return point << 6U | (next() & 0x3FU); };
    while (i < utf8.size()) {
        char32_t point = next();
        if (point >= 0xF0) {
            point = more(more(more(point & 0x07U))) - 0x10000;
            out = put_unit(out, 0xD800 + (point >> 10U));
            point = 0xDC00 + (point & 0x3FFU);
        } else if (point >= 0xE0) {
            point = more(more(point & 0x0FU));
        } else if (point >= 0x80) {
            point = more(point & 0x1FU);
        }
        out = put_unit(out, point);
    }
    return out;
}

/// Appends the ASCII among the units [at, end), each two bytes at 2 * `at`, up to the first other
/// character, and answers where that is. Four units at a time: text is wide for a few characters of
/// it, and all of it is written whenever a document is.
std::uint32_t append_ascii(
    std::string& out, const char* units, std::uint32_t at, std::uint32_t end) {
    constexpr std::uint32_t step = 4;
    constexpr std::uint64_t others = 0xFF80FF80FF80FF80;
    char chunk[256];
    std::size_t size = 0;
    for (; at < end; ++at) {
        if (size + step > sizeof(chunk)) {
            out.append(chunk, size);
            size = 0;
        }
        const char* const from = units + std::size_t{at} * 2;
        if (std::endian::native == std::endian::little && end - at >= step) {
            std::uint64_t word = 0;
            std::memcpy(&word, from, sizeof(word));
            if ((word & others) == 0) {  // almost always
                word = (word | word >> 8U) & 0x0000FFFF0000FFFF;
                word |= word >> 16U;
                std::memcpy(chunk + size, &word, step);
                size += step;
                at += step - 1;
                continue;
            }
        }
        if (static_cast<unsigned char>(from[0]) >= 0x80 || from[1] != 0) break;
        chunk[size++] = from[0];
    }
    out.append(chunk, size);
    return at;
}

void append_wide(std::string& out, std::string_view utf8) {
    if (utf8.size() == 1) {  // a keystroke
        char unit[2];
        put_unit(unit, static_cast<unsigned char>(utf8.front()));
        out.append(unit, sizeof(unit));
        return;
    }
    const std::size_t size = out.size();
    // At most two bytes for each one; what is not needed is cut off again. Doubled as push_back
    // would, for resizing to the byte would copy the whole for each keystroke.
    if (const std::size_t most = size + 2 * utf8.size(); most > out.capacity()) {
        out.reserve(std::max(most, 2 * size));
    }
    out.resize_and_overwrite(size + 2 * utf8.size(), [&](char* bytes, std::size_t) {
        return static_cast<std::size_t>(put_wide(bytes + size, utf8) - bytes);
    });
}

}  // namespace

char16_t TextBuffer::unit(std::uint32_t offset) const {
    if (!wide_) return static_cast<unsigned char>(bytes_[offset]);
    const std::size_t at = std::size_t{offset} * 2;
    return static_cast<char16_t>(
        static_cast<unsigned char>(bytes_[at]) | static_cast<unsigned char>(bytes_[at + 1]) << 8U);
}

void TextBuffer::set_unit(std::uint32_t offset, char16_t unit) {
    const std::size_t at = std::size_t{offset} * 2;
    bytes_[at] = static_cast<char>(unit & 0xFFU);
    bytes_[at + 1] = static_cast<char>(unit >> 8U);
}

void TextBuffer::widen() {
    if (wide_) return;
    std::string wide;
    wide.reserve(bytes_.size() * 2 + 64);
    append_wide(wide, bytes_);
    bytes_ = std::move(wide);
    wide_ = true;
}

void TextBuffer::note_newlines(std::uint32_t from) {
    for (std::uint32_t at = from; at < size(); ++at) {
        if (unit(at) == u'\n') newlines_.push_back(at);
    }
}

std::uint32_t TextBuffer::append(std::string_view utf8, bool is_ascii) {
    if (!is_ascii) widen();
    const std::uint32_t from = size();
    if (wide_) {
        append_wide(bytes_, utf8);
    } else {
        bytes_ += utf8;
    }
    if (lines_) note_newlines(from);
    return from;
}

std::uint32_t TextBuffer::append_from(
    const TextBuffer& from, std::uint32_t offset, std::uint32_t count) {
    const std::uint32_t at = size();
    const std::size_t width = from.wide_ ? 2 : 1;
    if (wide_ == from.wide_) {
        bytes_.append(from.bytes_, offset * width, count * width);
    } else {
        for (std::uint32_t i = 0; i < count; ++i) {
            char unit[2];
            put_unit(unit, from.unit(offset + i));
            bytes_.append(unit, sizeof(unit));
        }
    }
    if (lines_) note_newlines(at);
    return at;
}

void TextBuffer::append_to(std::string& out, std::uint32_t offset, std::uint32_t count) const {
    if (!wide_) {
        out.append(bytes_, offset, count);
        return;
    }
    const std::uint32_t end = offset + count;
    std::uint32_t at = append_ascii(out, bytes_.data(), offset, end);
    while (at < end) {
        char32_t point = unit(at++);
        if (is_high(static_cast<char16_t>(point)) && at < end && is_low(unit(at))) {
            point = 0x10000 + ((point - 0xD800) << 10U) + (unit(at++) - 0xDC00U);
        } else if (is_high(static_cast<char16_t>(point)) || is_low(static_cast<char16_t>(point))) {
            point = replacement;
        }
        append_utf8(out, point);
        at = append_ascii(out, bytes_.data(), at, end);
    }
}

bool TextBuffer::is_inside_pair(std::uint32_t offset) const {
    return wide_ && offset > 0 && offset < size() && is_high(unit(offset - 1)) &&
           is_low(unit(offset));
}

bool TextBuffer::cut_pair(std::uint32_t offset) {
    if (!is_inside_pair(offset)) return false;
    set_unit(offset - 1, replacement);
    set_unit(offset, replacement);
    return true;
}

std::uint32_t TextBuffer::newlines(std::uint32_t offset, std::uint32_t count) const {
    const auto from = std::ranges::lower_bound(newlines_, offset);
    return static_cast<std::uint32_t>(
        std::lower_bound(from, newlines_.end(), offset + count) - from);
}

std::uint32_t TextBuffer::newline_at(std::uint32_t offset, std::uint32_t n) const {
    return *(std::ranges::lower_bound(newlines_, offset) + n);
}

void TextBuffer::index_lines() {
    if (lines_) return;
    lines_ = true;
    note_newlines(0);
}

void TextBuffer::reserve(std::size_t units, bool wide) {
    if (wide) widen();
    bytes_.reserve(bytes_.size() + units * (wide_ ? 2 : 1));
}

void TextBuffer::shrink() {
    bytes_.shrink_to_fit();
    newlines_.shrink_to_fit();
}

}  // namespace codencollab::crdt
