#include "base/utf.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace codencollab {

namespace {

constexpr char32_t replacement = 0xfffd;

struct Decoded {
    char32_t point;
    std::size_t bytes;
    bool valid;
};

constexpr bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

// One code point from the front of `in` (not empty). An invalid sequence is reported with the bytes
// that belong to it, at least one. Table 3-7 of the Unicode standard, plus surrogates if allowed.
Decoded decode_one(std::string_view in, bool allow_surrogates) {
    const auto lead = static_cast<unsigned char>(in[0]);
    if (lead < 0x80) return {lead, 1, true};

    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    char32_t point = 0;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
        point = lead & 0x1fU;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        point = lead & 0x0fU;
        if (lead == 0xe0) low = 0xa0;
        if (lead == 0xed && !allow_surrogates) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        point = lead & 0x07U;
        if (lead == 0xf0) low = 0x90;
        if (lead == 0xf4) high = 0x8f;
    } else {
        return {replacement, 1, false};
    }

    for (std::size_t i = 1; i < length; ++i) {
        if (i >= in.size()) return {replacement, i, false};
        const auto byte = static_cast<unsigned char>(in[i]);
        const bool in_range = i == 1 ? byte >= low && byte <= high : is_continuation(in[i]);
        if (!in_range) return {replacement, i, false};
        point = (point << 6U) | (byte & 0x3fU);
    }
    return {point, length, true};
}

constexpr std::size_t block = 16;
using Block = std::array<unsigned char, block>;

Block load(std::string_view in) {
    Block bytes;
    std::memcpy(bytes.data(), in.data(), block);
    return bytes;
}

// Blocks of a fixed size, copied out and in, are what compilers turn into vector instructions.
bool is_ascii(const Block& bytes) {
    unsigned char all = 0;
    for (const unsigned char byte : bytes)
        all |= byte;
    return all < 0x80;
}

/// How many bytes of ASCII are at the front, counted in whole blocks.
std::size_t ascii_blocks(std::string_view in) {
    std::size_t at = 0;
    while (in.size() - at >= block && is_ascii(load(in.substr(at))))
        at += block;
    return at;
}

void widen(std::string_view ascii, char16_t* to) {
    for (std::size_t at = 0; at < ascii.size(); at += block) {
        const Block bytes = load(ascii.substr(at));
        std::array<char16_t, block> units;
        std::ranges::copy(bytes, units.begin());
        std::memcpy(to + at, units.data(), sizeof units);
    }
}

}  // namespace

void append_utf8(std::string& out, char32_t point) {
    const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
        put(point);
    } else if (point < 0x800) {
        put(0xc0U | (point >> 6U));
        put(0x80U | (point & 0x3fU));
    } else if (point < 0x10000) {
        put(0xe0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3fU));
        put(0x80U | (point & 0x3fU));
    } else {
        put(0xf0U | (point >> 18U));
        put(0x80U | ((point >> 12U) & 0x3fU));
        put(0x80U | ((point >> 6U) & 0x3fU));
        put(0x80U | (point & 0x3fU));
    }
}

std::u16string to_utf16(std::string_view utf8) {
    std::u16string out;
    // No code point has more units than bytes.
    out.resize_and_overwrite(utf8.size(), [utf8](char16_t* const begin, std::size_t) mutable {
        char16_t* to = begin;
        while (!utf8.empty()) {
            if (const std::size_t plain = ascii_blocks(utf8)) {
                widen(utf8.substr(0, plain), to);
                to += plain;
                utf8.remove_prefix(plain);
                continue;
            }
            const Decoded one = decode_one(utf8, true);
            utf8.remove_prefix(one.bytes);
            if (one.point < 0x10000) {
                *to++ = static_cast<char16_t>(one.point);
            } else {
                const char32_t rest = one.point - 0x10000;
                *to++ = static_cast<char16_t>(0xd800U + (rest >> 10U));
                *to++ = static_cast<char16_t>(0xdc00U + (rest & 0x3ffU));
            }
        }
        return to - begin;
    });
    return out;
}

std::string to_utf8(std::u16string_view utf16) {
    std::string out;
    out.reserve(utf16.size());
    for (std::size_t i = 0; i < utf16.size(); ++i) {
        char32_t point = utf16[i];
        const bool leads = point >= 0xd800 && point <= 0xdbff;
        if (leads && i + 1 < utf16.size() && utf16[i + 1] >= 0xdc00 && utf16[i + 1] <= 0xdfff) {
            point = 0x10000 + ((point - 0xd800U) << 10U) + (utf16[++i] - 0xdc00U);
        }
        append_utf8(out, point);
    }
    return out;
}

bool is_valid_utf8(std::string_view bytes) {
    while (!bytes.empty()) {
        const Decoded one = decode_one(bytes, false);
        if (!one.valid) return false;
        bytes.remove_prefix(one.bytes);
    }
    return true;
}

std::size_t utf16_length(std::string_view utf8) {
    std::size_t units = 0;
    while (!utf8.empty()) {
        const Decoded one = decode_one(utf8, true);
        utf8.remove_prefix(one.bytes);
        units += one.point < 0x10000 ? 1 : 2;
    }
    return units;
}

}  // namespace codencollab
