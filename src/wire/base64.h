#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::wire {

/// Standard base64 with padding.
std::string base64_encoded(std::string_view bytes);

/// None for anything but standard base64 with its padding, or without any padding at all.
std::optional<std::string> base64_decoded(std::string_view text);

/// The alphabet of URLs, without padding: for ids.
std::string base64url_encoded(std::string_view bytes);

}  // namespace codencollab::wire
