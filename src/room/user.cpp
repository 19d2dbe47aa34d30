#include "room/user.h"

namespace codencollab::room {

std::string_view to_string(Role role) {
    switch (role) {
        case Role::viewer:
            return "viewer";
        case Role::editor:
            return "editor";
        case Role::owner:
            return "owner";
    }
    return "viewer";
}

std::string_view to_string(Visibility visibility) {
    return visibility == Visibility::link ? "link" : "private";
}

std::optional<Role> parse_role(std::string_view text) {
    for (const Role role : {Role::viewer, Role::editor, Role::owner}) {
        if (to_string(role) == text) return role;
    }
    return std::nullopt;
}

std::optional<Visibility> parse_visibility(std::string_view text) {
    for (const Visibility visibility : {Visibility::link, Visibility::private_}) {
        if (to_string(visibility) == text) return visibility;
    }
    return std::nullopt;
}

}  // namespace codencollab::room
