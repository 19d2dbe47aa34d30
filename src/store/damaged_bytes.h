#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "store/sqlite_connection.h"

#include <cstdint>
#include <string_view>

namespace codencollab::store {

// Rows whose bytes do not have the checksum that they were written with. They are moved out of use
// and kept. Each runs inside its caller's transaction and throws SqliteFailure.

enum class DamagedSource { update, snapshot, segment };

/// Moves a row of the room aside, and says so in the log. `row` is its seq, number or first_seq.
void set_aside(
    Connection& connection,
    const RoomId& room,
    DamagedSource source,
    std::int64_t row,
    WallTime now);

/// Whether bytes were set aside that no snapshot since then has made good.
bool has_unhealed_damage(Connection& connection, const RoomId& room);

}  // namespace codencollab::store
