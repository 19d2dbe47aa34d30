#pragma once

#include "base/error.h"
#include "room/user.h"

#include <optional>

namespace codencollab::room {

/// What somebody can want to do in a room they know of.
enum class Action {
    view_room,  // its settings, members and runs; entering it
    read_text,
    edit_text,
    change_language,
    move_cursor,
    send_chat,
    run_code,  // start, stop, type input
    change_settings,
    manage_members,
    delete_room,
};

/// The one table of who may do what. Asked at every act, never remembered.
/// A stranger (no role) gets `room_not_found`, so that a private room looks like none; a member
/// without the right gets `forbidden`; one whom only the lock stops gets `locked`.
Result<> check_right(Action action, std::optional<Role> role, bool room_is_locked);

/// What a stranger is told, whether the room exists or not.
Error room_not_found();

}  // namespace codencollab::room
