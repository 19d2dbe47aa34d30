#pragma once

#include "store/sqlite_connection.h"

#include <optional>

namespace codencollab::store {

/// Where the rows of each room are in room_updates, as the table `log_index` (room_id, writer,
/// number, seq) in the connection's own memory. On the disk it would cost a commit one page for
/// each room in it. Triggers keep it as the log is, through rollbacks too, and leave out an update
/// whose (room, writer, number) is there already.
///
/// Made once for each connection that writes, after the migrations. Cost: a walk through the log,
/// which is short: what was folded is not in it. Answers the failure of a page that cannot be read;
/// the rows before the first such page and after the last are found all the same. Throws
/// SqliteFailure for any other.
std::optional<SqliteFailure> make_log_index(Connection& connection);

}  // namespace codencollab::store
