#include "store/first_update.h"

#include "base/lib0.h"
#include "base/utf.h"

#include <cstddef>
#include <cstdint>

namespace codencollab::store {

namespace {

// Yjs v1, docs/wire-format.md, sections 3.1 and 3.3.
constexpr std::uint64_t client = 1;
constexpr std::uint8_t string_item = 4;
constexpr std::uint8_t keyed_any_item = 8 | 32;
constexpr std::uint8_t any_string = 119;

bool is_high(char16_t unit) {
    return unit >= 0xD800 && unit < 0xDC00;
}
bool is_low(char16_t unit) {
    return unit >= 0xDC00 && unit < 0xE000;
}

/// As Yjs writes it: half an emoji becomes U+FFFD.
std::string without_halves(std::string_view text) {
    std::u16string units = to_utf16(text);
    for (std::size_t i = 0; i < units.size(); ++i) {
        const bool is_pair = is_high(units[i]) && i + 1 < units.size() && is_low(units[i + 1]);
        if (is_pair) {
            ++i;
        } else if (is_high(units[i]) || is_low(units[i])) {
            units[i] = u'\uFFFD';
        }
    }
    std::erase(units, u'\r');
    return to_utf8(units);
}

}  // namespace

std::string first_update(std::string_view text, std::string_view language) {
    const std::string code = without_halves(text);

    lib0::Writer out;
    out.var_uint(1);                     // clients
    out.var_uint(code.empty() ? 1 : 2);  // structs
    out.var_uint(client);
    out.var_uint(0);  // clock
    if (!code.empty()) {
        out.byte(string_item);
        out.var_uint(1);  // the parent is a root
        out.var_bytes("code");
        out.var_bytes(code);
    }
    out.byte(keyed_any_item);
    out.var_uint(1);
    out.var_bytes("meta");
    out.var_bytes("language");
    out.var_uint(1);  // values
    out.byte(any_string);
    out.var_bytes(language);
    out.var_uint(0);  // delete set
    return out.take();
}

}  // namespace codencollab::store
