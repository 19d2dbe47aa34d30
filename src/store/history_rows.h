#pragma once

#include "room/store.h"
#include "store/history_segment.h"
#include "store/sealed_bytes.h"
#include "store/sqlite_connection.h"

#include <cstdint>
#include <vector>

namespace codencollab::store {

// What happened in a room. Each runs inside its caller's transaction and throws SqliteFailure.

/// The columns raw_bytes, codec, checksum, data, in this order.
void bind_sealed(Query& query, const SealedBytes& sealed);
/// None when they are damaged.
std::optional<std::string> read_sealed(Query& query);

/// Writes folded updates, ascending by seq, into the compressed history. `snapshot` is the number
/// of the first snapshot that holds them.
void add_to_history(
    Connection& connection,
    const RoomId& room,
    std::vector<HistoryRow> rows,
    std::int64_t snapshot,
    WallTime now);

/// The folded updates that a snapshot of this number need not hold. Damaged segments are set aside;
/// what came after one is answered as well, though it may need what is lost.
std::vector<HistoryRow> history_since_snapshot(
    Connection& connection, const RoomId& room, std::int64_t snapshot, WallTime now);

/// Adding an event that is there already, by its id, changes nothing.
void insert_event(Connection& connection, const RoomId& room, const room::HistoryEvent& event);

/// Fails with `bad_request` for a cursor that is none of ours.
Result<room::HistoryPage> read_history(
    Connection& connection, const RoomId& room, const room::HistoryQuery& query, WallTime now);

}  // namespace codencollab::store
