#pragma once

#include "room/store.h"
#include "store/sqlite_connection.h"

#include <optional>
#include <span>

namespace codencollab::store {

/// Where the rows of each room are in room_updates, as the table `log_index` (room_id, writer,
/// number, seq) in the connection's own memory. On the disk it would cost a commit one page for
/// each room in it. Rows come into the log by `add_to_log` alone; a trigger sees them leave.
///
/// Made once for each connection that writes, after the migrations. Cost: a walk through the log,
/// which is short: what was folded is not in it. Answers the failure of a page that cannot be read;
/// the rows before the first such page and after the last are found all the same. Throws
/// SqliteFailure for any other.
std::optional<SqliteFailure> make_log_index(Connection& connection);

/// Adds the updates that the log does not have. Throws SqliteFailure; `is_foreign_key` when there
/// is no such room, and then nothing was added.
void add_to_log(
    Connection& connection,
    const RoomId& room,
    room::LogWriter writer,
    std::span<const room::LoggedUpdate> updates);

}  // namespace codencollab::store
