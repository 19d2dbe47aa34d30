#include "crdt/text_scan.h"

#include <bit>
#include <cstring>

namespace codencollab::crdt {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::uint64_t high_bits = 0x8080808080808080;

std::uint64_t load_word(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof(word));
    return word;
}

/// Past the ASCII bytes that stand at `at`.
const char* skip_ascii(const char* at, const char* end) {
    while (end - at >= 8 && (load_word(at) & high_bits) == 0)
        at += 8;
    while (at != end && static_cast<unsigned char>(*at) < 0x80)
        ++at;
    return at;
}

/// Bytes of the character that begins with `lead`, of valid UTF-8.
std::size_t character_bytes(unsigned char lead) {
    if (lead < 0x80) return 1;
    if (lead < 0xE0) return 2;
    return lead < 0xF0 ? 3 : 4;
}

/// Bytes of the character that stands at `at`, no ASCII; 0 if it is not valid (Unicode 15,
/// table 3-7).
std::size_t checked_character(const unsigned char* at, std::size_t left) {
    const unsigned char lead = at[0];
    if (lead < 0xC2 || lead > 0xF4) return 0;
    const std::size_t bytes = character_bytes(lead);
    if (left < bytes) return 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
    if (at[1] < low || at[1] > high) return 0;
    for (std::size_t i = 2; i < bytes; ++i) {
        if ((at[i] & 0xC0U) != 0x80) return 0;
    }
    return bytes;
}

}  // namespace

TextFacts scan_text(std::string_view bytes) {
    const char* const begin = bytes.data();
    const char* const end = begin + bytes.size();
    const char* at = skip_ascii(begin, end);
    TextFacts facts{.is_ascii = at == end, .units = bytes.size()};
    // From here units are bytes less what the characters have too much of them.
    while (at != end) {
        const std::size_t character = checked_character(
            reinterpret_cast<const unsigned char*>(at), static_cast<std::size_t>(end - at));
        if (character == 0) return {.is_valid = false};
        facts.units -= character == 4 ? 2 : character - 1;
        at = skip_ascii(at + character, end);
    }
    return facts;
}

std::size_t count_units(std::string_view utf8) {
    // Every byte but a continuation begins a unit, and the lead of four bytes begins two.
    std::size_t units = 0;
    std::size_t at = 0;
    for (; utf8.size() - at >= 8; at += 8) {
        const std::uint64_t word = load_word(utf8.data() + at);
        const std::uint64_t continuations = word & ~(word << 1) & high_bits;
        const std::uint64_t fours = word & word << 1 & word << 2 & word << 3 & high_bits;
        units += 8U - static_cast<unsigned>(std::popcount(continuations)) +
                 static_cast<unsigned>(std::popcount(fours));
    }
    for (; at < utf8.size(); ++at) {
        const auto byte = static_cast<unsigned char>(utf8[at]);
        units +=
            static_cast<unsigned>((byte & 0xC0U) != 0x80) + static_cast<unsigned>(byte >= 0xF0);
    }
    return units;
}

std::string_view TextSlice::joined(std::string& scratch) const {
    if (!half_before && !half_after) return whole;  // almost always
    scratch.clear();
    if (half_before) scratch += replacement;
    scratch += whole;
    if (half_after) scratch += replacement;
    return scratch;
}

TextSlice slice_text(std::string_view utf8, std::size_t from, std::size_t to) {
    TextSlice slice;
    std::size_t at = 0;     // byte
    std::size_t units = 0;  // before it
    const auto walk_to = [&](std::size_t wanted) {
        while (units < wanted && at < utf8.size()) {
            const std::size_t bytes = character_bytes(static_cast<unsigned char>(utf8[at]));
            at += bytes;
            units += bytes == 4 ? 2 : 1;
        }
    };
    walk_to(from);
    slice.half_before = units > from && from < to;
    const std::size_t begin = at;
    if (units >= to) {  // nothing, or one half of one character
        slice.whole = utf8.substr(begin, 0);
        return slice;
    }
    walk_to(to);
    slice.half_after = units > to;
    slice.whole = utf8.substr(begin, at - begin - (slice.half_after ? 4 : 0));
    return slice;
}

}  // namespace codencollab::crdt
