#pragma once

#include <string>
#include <string_view>

namespace codencollab::identity {

/// A name that may stand beside others in a room: trimmed, at most 64 characters, no control
/// characters, none that turn the direction of text or take no space. Empty when nothing is left.
std::string clean_name(std::string_view utf8);

/// The cleaned name; without one the part of the e-mail before the @, or "Guest".
std::string display_name(std::string_view name, std::string_view email);

}  // namespace codencollab::identity
