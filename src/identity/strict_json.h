#pragma once

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace codencollab::identity {

/// A JSON object as a token may hold it: valid UTF-8, no key twice in any object (parsers disagree
/// about which counts), nesting of at most `depth_max`, nothing after it. None for anything else.
std::optional<boost::json::object> parse_strict_object(
    std::string_view text, std::size_t depth_max);

}  // namespace codencollab::identity
