#include "room/rights.h"

#include <array>

namespace codencollab::room {

namespace {

struct Rule {
    Action action;
    Role least;       // who may: this role and those above it
    bool is_editing;  // stopped by the lock, except for owners
    const char* forbidden;
};

constexpr const char* owners_only = "Only an owner of the room may do that.";
constexpr const char* viewers_cannot_edit =
    "Viewers cannot change the code. Ask an owner for the right to edit.";
constexpr const char* viewers_cannot_run =
    "Viewers cannot run the code. Ask an owner for the right to edit.";

constexpr std::array rules = {
    Rule{Action::view_room, Role::viewer, false, ""},
    Rule{Action::read_text, Role::viewer, false, ""},
    Rule{Action::edit_text, Role::editor, true, viewers_cannot_edit},
    Rule{Action::change_language, Role::editor, true, viewers_cannot_edit},
    Rule{Action::move_cursor, Role::viewer, false, ""},
    Rule{Action::send_chat, Role::viewer, false, ""},
    Rule{Action::run_code, Role::editor, false, viewers_cannot_run},
    Rule{Action::change_settings, Role::owner, false, owners_only},
    Rule{Action::manage_members, Role::owner, false, owners_only},
    Rule{Action::delete_room, Role::owner, false, owners_only},
};

constexpr bool is_complete() {
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (static_cast<std::size_t>(rules[i].action) != i) return false;
    }
    return static_cast<std::size_t>(Action::delete_room) + 1 == rules.size();
}
static_assert(is_complete(), "one rule for each action, in their order");

}  // namespace

Result<> check_right(Action action, std::optional<Role> role, bool room_is_locked) {
    const Rule& rule = rules[static_cast<std::size_t>(action)];
    if (!role) return std::unexpected(room_not_found());
    if (*role < rule.least) return fail(ErrorCode::forbidden, rule.forbidden);
    if (rule.is_editing && room_is_locked && *role != Role::owner) {
        return fail(ErrorCode::locked, "An owner has locked editing. You can read along.");
    }
    return {};
}

Error room_not_found() {
    return {ErrorCode::room_not_found, "No such room, or it is not open to you. Check the link."};
}

}  // namespace codencollab::room
