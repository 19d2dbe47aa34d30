#pragma once

#include "room/store.h"
#include "store/sqlite_connection.h"

namespace codencollab::store {

// A room's document: its log, its snapshots and what was folded. Each runs inside its caller's
// transaction and throws SqliteFailure.

/// Adds to the log what it never had. Fails with `room_not_found`, and adds nothing, when the room
/// is gone.
Result<> append_updates(Connection& connection, const RoomId& room, const room::LogBatch& batch);

/// Moves exactly the updates in `folded` from the log into the history and makes `snapshot` the
/// newest, `now` being when. Done again with the same values it changes nothing.
Result<> fold_updates(
    Connection& connection,
    const RoomId& room,
    const room::LogPosition& folded,
    std::string_view snapshot,
    WallTime now);

/// The newest whole snapshot, the history since it where one was damaged, and the log. Damaged rows
/// are set aside. Fails with `store_unavailable` when nothing is whole: a damaged room is never
/// taken for an empty one.
Result<room::StoredDocument> read_document(
    Connection& connection, const RoomId& room, WallTime now);

}  // namespace codencollab::store
