#pragma once

#include "room/store.h"
#include "store/sqlite_connection.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace codencollab::store {

// Rows of rooms as records. Each runs inside its caller's transaction and throws SqliteFailure.
// Adding what is there already, by its id, changes nothing: after a commit whose outcome is unknown
// a call is done again.

Error no_such_room();
std::optional<room::RoomRecord> find_room(Connection& connection, const RoomId& room);
std::vector<room::MemberRecord> members_of(Connection& connection, const RoomId& room);
/// The newest `count`, oldest first.
std::vector<room::ChatMessage> newest_chat(
    Connection& connection, const RoomId& room, std::size_t count);
/// Newest first.
std::vector<room::RunRecord> newest_runs(
    Connection& connection, const RoomId& room, std::size_t count);
/// From the time `begin` on and before `end` (microseconds since 1970), oldest first.
std::vector<room::ChatMessage> chat_between(
    Connection& connection, const RoomId& room, std::int64_t begin, std::int64_t end);
std::vector<room::RunRecord> runs_between(
    Connection& connection, const RoomId& room, std::int64_t begin, std::int64_t end);
std::optional<room::RunRecord> find_run(Connection& connection, const RunId& run);

void insert_room(
    Connection& connection,
    const room::RoomRecord& room,
    const UserId& owner,
    std::string_view text);
/// Adds a member or changes role and name.
void put_member(Connection& connection, const RoomId& room, const room::MemberRecord& member);
void insert_run(Connection& connection, const RoomId& room, const room::RunRecord& run);
void insert_chat(Connection& connection, const RoomId& room, const room::ChatMessage& message);

/// Up to `count` rooms of the user, newest activity first; after (`before_at`, `before_room`) in
/// that order when they are given.
std::vector<room::RoomListEntry> rooms_of(
    Connection& connection,
    const UserId& user,
    const std::optional<std::pair<WallTime, RoomId>>& before,
    std::size_t count);

/// Ends every run without a result: a server that is gone was running it. Answers how many.
int end_lost_runs(Connection& connection, WallTime now);

}  // namespace codencollab::store
