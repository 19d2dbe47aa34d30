#pragma once

#include "base/id.h"

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::room {

/// A person with a proven identity, as the room sees them.
struct User {
    UserId id;
    std::string name;  // display text, cleaned by who proved the identity; never empty
    bool is_guest = false;
};

enum class Role { viewer, editor, owner };
enum class Visibility { link, private_ };

/// The contract's words: "owner", "editor", "viewer"; "link", "private".
std::string_view to_string(Role role);
std::string_view to_string(Visibility visibility);
std::optional<Role> parse_role(std::string_view text);
std::optional<Visibility> parse_visibility(std::string_view text);

}  // namespace codencollab::room
