#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "room/store.h"

#include <string>

namespace codencollab::room {

/// The text of a room as it was at a time (UTF-8), made anew from its history: page by page, and
/// each page in slices, so that the loop is not held for long.
///
/// Ownership: of itself; `store` and `loop` must outlive the answer.
void replay_text(
    Loop& loop, RoomStore& store, RoomId room, WallTime at, Callback<std::string> done);

}  // namespace codencollab::room
