#include "store/room_rows.h"

#include "base/log.h"
#include "store/run_result_json.h"
#include "store/whole_rows.h"

#include <algorithm>
#include <string>
#include <utility>

namespace codencollab::store {

namespace {

constexpr std::string_view room_columns =
    "rooms.id, title, language, visibility, default_role, locked, created_at, updated_at";

constexpr std::string_view run_columns =
    "seq, id, user_id, user_name, language, version, started_at, finished_at, result";

std::string select(std::string_view columns, std::string_view rest) {
    return std::string("select ").append(columns).append(rest);
}

// The words are the schema's own check constraints, so each parses.
room::Role read_role(Query& query) {
    return room::parse_role(query.read_text()).value_or(room::Role::viewer);
}

room::RoomRecord read_room(Query& query) {
    room::RoomRecord room{
        .id = query.read_id<RoomTag>(),
        .title = query.read_text(),
        .language = query.read_text(),
        .created_at = {},
        .updated_at = {}};
    room.visibility =
        room::parse_visibility(query.read_text()).value_or(room::Visibility::private_);
    room.default_role = read_role(query);
    room.locked = query.read_integer() != 0;
    room.created_at = query.read_time();
    room.updated_at = query.read_time();
    return room;
}

room::ChatMessage read_chat(Query& query) {
    return {
        .id = query.read_id<MessageTag>(),
        .user = query.read_id<UserTag>(),
        .sender = query.read_text(),
        .text = query.read_text(),
        .at = query.read_time()};
}

room::RunRecord read_run(Query& query) {
    room::RunRecord run{
        .id = query.read_id<RunTag>(),
        .user = query.read_id<UserTag>(),
        .user_name = query.read_text(),
        .language = query.read_text(),
        .version = query.read_text(),
        .started_at = query.read_time(),
        .finished_at = query.read_optional_time(),
        .result = {}};
    if (query.read_is_null()) return run;
    run.result = run_result_from_json(query.read_text());
    if (!run.result) {
        // The rest of the row is good, and who sees it learns why there is no output.
        spdlog::error("Run {}: its stored result is damaged.", run.id.view());
        run.result = room::RunResult{
            .failure = room::RunFailure::internal,
            .message = "The stored result of this run is damaged. Run again."};
    }
    return run;
}

}  // namespace

Error no_such_room() {
    return {ErrorCode::room_not_found, "There is no such room."};
}

std::optional<room::RoomRecord> find_room(Connection& connection, const RoomId& room) {
    Query query = connection.query(select(room_columns, " from rooms where id = ?"));
    query.bind(room);
    if (!query.next_row()) return std::nullopt;
    return read_room(query);
}

std::vector<room::MemberRecord> members_of(Connection& connection, const RoomId& room) {
    Query query = connection.query(
        "select user_id, name, is_guest, role, joined_at from room_members"
        " where room_id = ? order by joined_at, user_id");
    query.bind(room);
    std::vector<room::MemberRecord> members;
    while (query.next_row()) {
        room::User user{
            .id = query.read_id<UserTag>(),
            .name = query.read_text(),
            .is_guest = query.read_integer() != 0};
        members.push_back(
            {.user = std::move(user), .role = read_role(query), .joined_at = query.read_time()});
    }
    return members;
}

std::vector<room::ChatMessage> newest_chat(
    Connection& connection, const RoomId& room, std::size_t count) {
    Query query = connection.query(
        "select seq, id, user_id, sender, text, at from chat_messages"
        " where room_id = ? order by seq desc limit ?");
    query.bind(room).bind(static_cast<std::int64_t>(count));
    std::vector<room::ChatMessage> chat = whole_rows(query, "chat_messages", read_chat);
    std::ranges::reverse(chat);
    return chat;
}

std::vector<room::ChatMessage> chat_between(
    Connection& connection, const RoomId& room, std::int64_t begin, std::int64_t end) {
    Query query = connection.query(
        "select seq, id, user_id, sender, text, at from chat_messages"
        " where room_id = ? and at >= ? and at < ? order by at, seq");
    query.bind(room).bind(begin).bind(end);
    return whole_rows(query, "chat_messages", read_chat);
}

std::vector<room::RunRecord> runs_between(
    Connection& connection, const RoomId& room, std::int64_t begin, std::int64_t end) {
    Query query = connection.query(select(
        run_columns,
        " from runs where room_id = ? and started_at >= ? and started_at < ?"
        " order by started_at, seq"));
    query.bind(room).bind(begin).bind(end);
    return whole_rows(query, "runs", read_run);
}

std::vector<room::RunRecord> newest_runs(
    Connection& connection, const RoomId& room, std::size_t count) {
    Query query = connection.query(
        select(run_columns, " from runs where room_id = ? order by seq desc limit ?"));
    query.bind(room).bind(static_cast<std::int64_t>(count));
    return whole_rows(query, "runs", read_run);
}

std::optional<room::RunRecord> find_run(Connection& connection, const RunId& run) {
    Query query = connection.query(select(run_columns, " from runs where id = ?"));
    query.bind(run);
    if (!query.next_row()) return std::nullopt;
    query.skip_column();
    return read_run(query);
}

void insert_room(
    Connection& connection,
    const room::RoomRecord& room,
    const UserId& owner,
    std::string_view text) {
    connection
        .query(
            "insert into rooms (id, owner_id, title, language, visibility, default_role, locked,"
            " created_at, updated_at, code) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(room.id)
        .bind(owner)
        .bind_text(room.title)
        .bind_text(room.language)
        .bind_text(room::to_string(room.visibility))
        .bind_text(room::to_string(room.default_role))
        .bind(std::int64_t{room.locked})
        .bind(room.created_at)
        .bind(room.updated_at)
        .bind_text(text)
        .run();
}

void put_member(Connection& connection, const RoomId& room, const room::MemberRecord& member) {
    connection
        .query(
            "insert into room_members (room_id, user_id, role, name, is_guest, joined_at)"
            " values (?, ?, ?, ?, ?, ?) on conflict (room_id, user_id)"
            " do update set role = excluded.role, name = excluded.name,"
            " is_guest = excluded.is_guest")
        .bind(room)
        .bind(member.user.id)
        .bind_text(room::to_string(member.role))
        .bind_text(member.user.name)
        .bind(std::int64_t{member.user.is_guest})
        .bind(member.joined_at)
        .run();
}

void insert_run(Connection& connection, const RoomId& room, const room::RunRecord& run) {
    Query query = connection.query(
        "insert into runs (id, room_id, user_id, user_name, language, version, started_at,"
        " finished_at, result) values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing");
    query.bind(run.id)
        .bind(room)
        .bind(run.user)
        .bind_text(run.user_name)
        .bind_text(run.language)
        .bind_text(run.version)
        .bind(run.started_at)
        .bind(run.finished_at);
    if (run.result) {
        query.bind_text(to_json(*run.result)).run();
    } else {
        query.bind_null().run();
    }
}

void insert_chat(Connection& connection, const RoomId& room, const room::ChatMessage& message) {
    connection
        .query(
            "insert into chat_messages (id, room_id, user_id, sender, text, at)"
            " values (?, ?, ?, ?, ?, ?) on conflict (id) do nothing")
        .bind(message.id)
        .bind(room)
        .bind(message.user)
        .bind_text(message.sender)
        .bind_text(message.text)
        .bind(message.at)
        .run();
}

std::vector<room::RoomListEntry> rooms_of(
    Connection& connection,
    const UserId& user,
    const std::optional<std::pair<WallTime, RoomId>>& before,
    std::size_t count) {
    constexpr std::string_view from =
        ", role from room_members join rooms on rooms.id = room_members.room_id where user_id = ?";
    constexpr std::string_view after = " and (updated_at, rooms.id) < (?, ?)";
    constexpr std::string_view order = " order by updated_at desc, rooms.id desc limit ?";
    std::string sql = select(room_columns, from);
    if (before) sql += after;
    Query query = connection.query(sql.append(order));
    query.bind(user);
    if (before) query.bind(before->first).bind(before->second);
    query.bind(static_cast<std::int64_t>(count));
    std::vector<room::RoomListEntry> rooms;
    while (query.next_row()) {
        room::RoomRecord room = read_room(query);
        rooms.push_back({.room = std::move(room), .role = read_role(query)});
    }
    return rooms;
}

int end_lost_runs(Connection& connection, WallTime now) {
    room::RunResult lost;
    lost.failure = room::RunFailure::internal;
    lost.message = "The server restarted during this run; its result is lost. Run again.";
    return connection.query("update runs set finished_at = ?, result = ? where result is null")
        .bind(now)
        .bind_text(to_json(lost))
        .run();
}

}  // namespace codencollab::store
