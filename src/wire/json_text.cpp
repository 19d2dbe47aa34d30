#include "wire/json_text.h"

#include "base/utf.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>

namespace codencollab::wire {
namespace {

namespace json = boost::json;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// The unit of an escape `\uXXXX` that starts at `at`, if one does.
std::optional<char16_t> unit_escape(std::string_view text, std::size_t at) {
    if (text.size() - at < 6 || text[at] != '\\' || text[at + 1] != 'u') return std::nullopt;
    unsigned unit = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const int digit = hex_digit(text[i]);
        if (digit < 0) return std::nullopt;
        unit = unit * 16 + static_cast<unsigned>(digit);
    }
    return static_cast<char16_t>(unit);
}

bool is_high(char16_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(char16_t unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

// A surrogate, as WTF-8 writes one that has no partner.
void append_lone_surrogate(std::string& out, char16_t unit) {
    out += static_cast<char>(0xE0 | (unit >> 12));
    out += static_cast<char>(0x80 | ((unit >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (unit & 0x3F));
}

// `text` with every escape of a lone surrogate turned into its three-byte form; none when it holds
// no such escape, which is almost always.
std::optional<std::string> without_lone_escapes(std::string_view text) {
    std::optional<std::string> out;
    std::size_t copied = 0;
    for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
        const auto unit = unit_escape(text, at);
        if (!unit || (!is_high(*unit) && !is_low(*unit))) {
            at = std::min(at + 2, text.size());
            continue;
        }
        const auto next = unit_escape(text, at + 6);
        if (is_high(*unit) && next && is_low(*next)) {
            at += 12;
            continue;
        }
        if (!out) out.emplace();
        out->append(text, copied, at - copied);
        append_lone_surrogate(*out, *unit);
        at += 6;
        copied = at;
    }
    if (out) out->append(text, copied);
    return out;
}

void append_unit_escape(std::string& out, unsigned unit) {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", unit);
}

void append_ascii(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            break;
        case '\\':
            out += "\\\\";
            break;
        case '\n':
            out += "\\n";
            break;
        case '\r':
            out += "\\r";
            break;
        case '\t':
            out += "\\t";
            break;
        case '\b':
            out += "\\b";
            break;
        case '\f':
            out += "\\f";
            break;
        default:
            if (static_cast<unsigned char>(c) < 0x20) {
                append_unit_escape(out, static_cast<unsigned char>(c));
            } else {
                out += c;
            }
    }
}

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

// The length of the sequence at the start of `bytes` when it is UTF-8 or a surrogate in three
// bytes; 0 when it is neither.
std::size_t sequence_length(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xC2 || first > 0xF4) return 0;
    const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (bytes.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return 0;
    }
    // Of three bytes and of four the first two say whether fewer would do, or none.
    const bool is_too_long = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool is_past_unicode = first == 0xF4 && byte(1) > 0x8F;
    return is_too_long || is_past_unicode ? 0 : length;
}

bool is_surrogate_sequence(std::string_view bytes) {
    return bytes.size() == 3 && static_cast<unsigned char>(bytes[0]) == 0xED &&
           static_cast<unsigned char>(bytes[1]) >= 0xA0;
}

void append_array(std::string& out, const json::array& array) {
    out += '[';
    bool first = true;
    for (const json::value& element : array) {
        if (!std::exchange(first, false)) out += ',';
        append_json(out, element);
    }
    out += ']';
}

void append_object(std::string& out, const json::object& object) {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : object) {
        if (!std::exchange(first, false)) out += ',';
        append_json_string(out, std::string_view(key.data(), key.size()));
        out += ':';
        append_json(out, value);
    }
    out += '}';
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = json_depth_max;
    const auto mended = without_lone_escapes(text);
    if (mended) {
        // Only what we put in ourselves may be other than UTF-8.
        if (!is_valid_utf8(text)) return fail(ErrorCode::bad_request, "The JSON is not UTF-8.");
        options.allow_invalid_utf8 = true;
    }
    json::error_code error;
    json::value value = json::parse(
        mended ? json::string_view(mended->data(), mended->size())
               : json::string_view(text.data(), text.size()),
        error,
        {},
        options);
    if (error) {
        return fail(ErrorCode::bad_request, fmt::format("Not valid JSON: {}.", error.message()));
    }
    return value;
}

void append_json_string(std::string& out, std::u16string_view text) {
    out += '"';
    std::size_t at = 0;
    while (at < text.size()) {
        const char16_t unit = text[at];
        if (unit < 0x80) {
            append_ascii(out, static_cast<char>(unit));
            ++at;
        } else if (unit < 0x800) {
            out += static_cast<char>(0xC0 | (unit >> 6));
            out += static_cast<char>(0x80 | (unit & 0x3F));
            ++at;
        } else if (is_high(unit) && at + 1 < text.size() && is_low(text[at + 1])) {
            const unsigned point = 0x10000 + ((unit - 0xD800U) << 10) + (text[at + 1] - 0xDC00U);
            out += static_cast<char>(0xF0 | (point >> 18));
            out += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
            out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
            out += static_cast<char>(0x80 | (point & 0x3F));
            at += 2;
        } else if (is_high(unit) || is_low(unit)) {
            append_unit_escape(out, unit);
            ++at;
        } else {
            append_lone_surrogate(out, unit);  // three bytes hold any unit from U+0800 on
            ++at;
        }
    }
    out += '"';
}

void append_json_string(std::string& out, std::string_view wtf8) {
    out += '"';
    while (!wtf8.empty()) {
        const auto plain_end = std::find_if_not(wtf8.begin(), wtf8.end(), is_plain);
        const auto plain = static_cast<std::size_t>(plain_end - wtf8.begin());
        out.append(wtf8.substr(0, plain));
        wtf8.remove_prefix(plain);
        if (wtf8.empty()) break;

        const std::size_t length = sequence_length(wtf8);
        if (length == 1) {
            append_ascii(out, wtf8.front());
        } else if (is_surrogate_sequence(wtf8.substr(0, length))) {
            append_unit_escape(
                out,
                0xD000U | ((static_cast<unsigned>(wtf8[1]) & 0x3F) << 6) |
                    (static_cast<unsigned>(wtf8[2]) & 0x3F));
        } else if (length > 1) {
            out.append(wtf8.substr(0, length));
        } else {
            out += "\xEF\xBF\xBD";  // U+FFFD
        }
        wtf8.remove_prefix(std::max<std::size_t>(length, 1));
    }
    out += '"';
}

void append_json(std::string& out, const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            out += "null";
            break;
        case json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            break;
        case json::kind::int64:
            fmt::format_to(std::back_inserter(out), "{}", value.get_int64());
            break;
        case json::kind::uint64:
            fmt::format_to(std::back_inserter(out), "{}", value.get_uint64());
            break;
        case json::kind::double_:
            if (std::isfinite(value.get_double())) {
                fmt::format_to(std::back_inserter(out), "{}", value.get_double());
            } else {
                out += "null";  // as in JavaScript: JSON has no word for it
            }
            break;
        case json::kind::string: {
            const json::string& text = value.get_string();
            append_json_string(out, std::string_view(text.data(), text.size()));
            break;
        }
        case json::kind::array:
            append_array(out, value.get_array());
            break;
        case json::kind::object:
            append_object(out, value.get_object());
            break;
    }
}

}  // namespace codencollab::wire
