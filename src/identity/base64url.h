#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::identity {

/// RFC 4648, section 5, without padding.
std::string to_base64url(std::string_view bytes);

/// None for padding, white space, the other alphabet, or a last character with bits that say
/// nothing: one text for one sequence of bytes.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace codencollab::identity
