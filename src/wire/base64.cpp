#include "wire/base64.h"

#include <array>
#include <cstdint>

namespace codencollab::wire {
namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < standard.size(); ++i) {
        values[static_cast<unsigned char>(standard[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}
constexpr std::array<std::int8_t, 256> values_of = make_values();

std::uint32_t byte_at(std::string_view bytes, std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
}

std::string encoded(std::string_view bytes, std::string_view alphabet, bool padded) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::uint32_t three =
            byte_at(bytes, i) << 16 | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2);
        const std::size_t left = bytes.size() - i;
        out += alphabet[three >> 18];
        out += alphabet[(three >> 12) & 63];
        if (left > 1) out += alphabet[(three >> 6) & 63];
        if (left > 2) out += alphabet[three & 63];
    }
    while (padded && out.size() % 4 != 0)
        out += '=';
    return out;
}

}  // namespace

std::string base64_encoded(std::string_view bytes) {
    return encoded(bytes, standard, true);
}

std::string base64url_encoded(std::string_view bytes) {
    return encoded(bytes, for_urls, false);
}

std::optional<std::string> base64_decoded(std::string_view text) {
    if (text.ends_with("==") && text.size() % 4 == 0) {
        text.remove_suffix(2);
    } else if (text.ends_with('=') && text.size() % 4 == 0) {
        text.remove_suffix(1);
    }
    if (text.size() % 4 == 1) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t bits = 0;
    unsigned bit_count = 0;
    for (const char c : text) {
        const std::int8_t value = values_of[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(value);
        bit_count += 6;
        if (bit_count < 8) continue;
        bit_count -= 8;
        out += static_cast<char>((bits >> bit_count) & 0xFF);
    }
    return out;
}

}  // namespace codencollab::wire
