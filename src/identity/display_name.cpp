#include "identity/display_name.h"

#include "base/utf.h"

#include <cstddef>

namespace codencollab::identity {

namespace {

constexpr std::size_t name_characters_max = 64;

constexpr bool is_between(char16_t unit, char16_t first, char16_t last) {
    return unit >= first && unit <= last;
}

/// What may not stand in a name. All of these are one unit in UTF-16.
bool is_forbidden(char16_t unit) {
    return unit < 0x20 || is_between(unit, 0x7f, 0x9f)  // controls
           || unit == 0x061c || unit == 0x200e || unit == 0x200f ||
           is_between(unit, 0x202a, 0x202e) || is_between(unit, 0x2066, 0x2069)     // direction
           || unit == 0x00ad || unit == 0x200b || unit == 0x2060 || unit == 0xfeff  // no width
           || unit == 0x2028 || unit == 0x2029  // line and paragraph separators
           || unit == 0xfffd;                   // what was no text to begin with
}

bool is_space(char16_t unit) {
    return unit == u' ' || unit == 0x00a0 || unit == 0x1680 || is_between(unit, 0x2000, 0x200a) ||
           unit == 0x202f || unit == 0x205f || unit == 0x3000;
}

/// Joiners shape what stands around them (emoji, Persian); alone they show nothing.
bool is_joiner(char16_t unit) {
    return unit == 0x200c || unit == 0x200d;
}

bool is_high(char16_t unit) {
    return is_between(unit, 0xd800, 0xdbff);
}
bool is_low(char16_t unit) {
    return is_between(unit, 0xdc00, 0xdfff);
}

}  // namespace

std::string clean_name(std::string_view utf8) {
    const std::u16string text = to_utf16(utf8);
    std::u16string kept;
    std::size_t characters = 0;
    bool shows_something = false;
    for (std::size_t i = 0; i < text.size() && characters < name_characters_max; ++i) {
        const char16_t unit = text[i];
        if (is_forbidden(unit) || is_low(unit)) continue;
        if (is_space(unit) && kept.empty()) continue;
        if (is_high(unit)) {
            if (i + 1 == text.size() || !is_low(text[i + 1])) continue;
            kept += unit;
            kept += text[++i];
        } else {
            kept += unit;
        }
        ++characters;
        shows_something |= !is_space(unit) && !is_joiner(unit);
    }
    if (!shows_something) return {};
    while (is_space(kept.back()))
        kept.pop_back();
    return to_utf8(kept);
}

std::string display_name(std::string_view name, std::string_view email) {
    std::string cleaned = clean_name(name);
    if (cleaned.empty()) cleaned = clean_name(email.substr(0, email.find('@')));
    return cleaned.empty() ? "Guest" : cleaned;
}

}  // namespace codencollab::identity
