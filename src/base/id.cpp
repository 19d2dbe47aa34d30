#include "base/id.h"

#include <cstdint>

namespace codencollab::detail {

namespace {
constexpr std::string_view hex_digits = "0123456789abcdef";

constexpr bool is_dash_at(std::size_t i) {
    return i == 8 || i == 13 || i == 18 || i == 23;
}
}  // namespace

std::array<char, 36> random_uuid(Random& random) {
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};  // RFC 4122: version 4
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};  // and its variant

    std::array<char, 36> text{};
    std::size_t at = 0;
    for (const std::byte byte : bytes) {
        if (is_dash_at(at)) text[at++] = '-';
        text[at++] = hex_digits[std::to_integer<std::size_t>(byte >> 4)];
        text[at++] = hex_digits[std::to_integer<std::size_t>(byte & std::byte{0x0f})];
    }
    return text;
}

bool is_canonical_uuid(std::string_view text) {
    if (text.size() != 36) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool ok = is_dash_at(i) ? text[i] == '-' : hex_digits.contains(text[i]);
        if (!ok) return false;
    }
    return true;
}

}  // namespace codencollab::detail
