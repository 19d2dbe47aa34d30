#include "store/sqlite_room_store.h"

#include "base/fault_point.h"
#include "store/document_rows.h"
#include "store/history_rows.h"
#include "store/latest_time.h"
#include "store/room_rows.h"
#include "store/run_result_json.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace codencollab::store {

namespace {

using Place = std::pair<WallTime, RoomId>;

/// A page's `next`: microseconds and room id of its last entry.
std::string to_cursor(const room::RoomRecord& last) {
    const auto at =
        std::chrono::floor<std::chrono::microseconds>(last.updated_at.time_since_epoch());
    return fmt::format("{}.{}", at.count(), last.id.view());
}

std::optional<Place> parse_cursor(std::string_view text) {
    std::int64_t microseconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), microseconds);
    constexpr std::int64_t latest = std::chrono::microseconds(latest_time).count();
    if (error != std::errc() || microseconds < 0 || microseconds > latest) return std::nullopt;
    const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (!rest.starts_with('.')) return std::nullopt;
    const auto room = RoomId::parse(rest.substr(1));
    if (!room) return std::nullopt;
    return Place(WallTime(std::chrono::microseconds(microseconds)), *room);
}

std::size_t bytes_of(const room::LogBatch& batch) {
    std::size_t bytes = 0;
    for (const room::LoggedUpdate& update : batch.updates)
        bytes += update.bytes.size();
    return bytes;
}

/// Its id is the room's own: there is one such event.
room::HistoryEvent created(const room::RoomRecord& room, const room::User& owner) {
    return {
        .id = *MessageId::parse(room.id.view()),
        .kind = room::HistoryEventKind::created,
        .at = room.created_at,
        .user = owner.id,
        .name = owner.name,
        .value = room.language,
        .subject = {}};
}

/// What a request with this key made before, in the words of `sql` (bound: owner of keys, key).
template <class Tag, class OwnerTag>
std::optional<Id<Tag>> made_before(
    Connection& connection, std::string_view sql, const Id<OwnerTag>& owner, std::string_view key) {
    if (key.empty()) return std::nullopt;
    Query query = connection.query(sql);
    query.bind(owner).bind_text(key);
    if (!query.next_row()) return std::nullopt;
    return query.read_id<Tag>();
}

}  // namespace

SqliteRoomStore::SqliteRoomStore(
    std::shared_ptr<SqliteWorker> worker, Loop& loop, const Clock& clock)
    : worker_(std::move(worker)), loop_(loop), clock_(clock) {}

template <class T, class Work>
void SqliteRoomStore::submit(std::size_t bytes, Work work, Callback<T> done) {
    worker_->submit<T>(loop_, bytes, std::move(work), std::move(done));
}

void SqliteRoomStore::create(
    room::RoomRecord room,
    room::User owner,
    room::LogBatch first,
    std::string text,
    std::string idempotency_key,
    Callback<room::RoomRecord> done) {
    const std::size_t bytes = text.size() + bytes_of(first);
    auto work =
        [room = std::move(room),
         owner = std::move(owner),
         first = std::move(first),
         text = std::move(text),
         key = std::move(idempotency_key)](Connection& connection) -> Result<room::RoomRecord> {
        const auto before = made_before<RoomTag>(
            connection,
            "select room_id from room_idempotency_keys where user_id = ? and key = ?",
            owner.id,
            key);
        if (before) {
            if (auto found = find_room(connection, *before)) return *found;
        }
        // Done before, in a commit that seemed to fail.
        if (auto found = find_room(connection, room.id)) return *found;
        insert_room(connection, room, owner.id, text);
        store::put_member(
            connection,
            room.id,
            {.user = owner, .role = room::Role::owner, .joined_at = room.created_at});
        if (auto added = append_updates(connection, room.id, first); !added) {
            return std::unexpected(std::move(added).error());
        }
        insert_event(connection, room.id, created(room, owner));
        if (!key.empty()) {
            connection
                .query("insert into room_idempotency_keys (user_id, key, room_id) values (?, ?, ?)")
                .bind(owner.id)
                .bind_text(key)
                .bind(room.id)
                .run();
        }
        return room;
    };
    submit<room::RoomRecord>(bytes, std::move(work), std::move(done));
}

void SqliteRoomStore::load(
    RoomId room, std::size_t chat_count, Callback<std::optional<room::StoredRoom>> done) {
    using Loaded = std::optional<room::StoredRoom>;
    auto work =
        [room, chat_count, now = clock_.wall_now()](Connection& connection) -> Result<Loaded> {
        const auto record = find_room(connection, room);
        if (!record) return Loaded();
        auto document = read_document(connection, room, now);
        if (!document) return std::unexpected(std::move(document).error());
        auto runs = newest_runs(connection, room, 1);
        return Loaded(room::StoredRoom{
            .room = *record,
            .members = members_of(connection, room),
            .document = *std::move(document),
            .chat = newest_chat(connection, room, chat_count),
            .last_run = runs.empty() ? std::nullopt : std::optional(std::move(runs.front()))});
    };
    submit<Loaded>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::list(
    UserId user, std::string before, std::size_t count, Callback<room::RoomPage> done) {
    auto work = [user, before = std::move(before), count](
                    Connection& connection) -> Result<room::RoomPage> {
        std::optional<Place> place;
        if (!before.empty()) {
            place = parse_cursor(before);
            if (!place) return fail(ErrorCode::bad_request, "Unknown page. Start from the first.");
        }
        room::RoomPage page{.rooms = rooms_of(connection, user, place, count + 1), .next = {}};
        if (page.rooms.size() > count) {
            page.rooms.resize(count, page.rooms.front());
            if (count > 0) page.next = to_cursor(page.rooms.back().room);
        }
        return page;
    };
    submit<room::RoomPage>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::append(RoomId room, room::LogBatch batch, Callback<> done) {
    const std::size_t bytes = bytes_of(batch);
    auto work = [room, batch = std::move(batch)](Connection& connection) -> Result<> {
        FAULT_POINT("log.before_append");
        return append_updates(connection, room, batch);
    };
    submit<void>(bytes, std::move(work), std::move(done));
}

void SqliteRoomStore::fold(
    RoomId room,
    room::LogPosition folded,
    std::string snapshot,
    std::string text,
    Callback<> done) {
    const std::size_t bytes = snapshot.size() + text.size();
    auto work = [room,
                 folded = std::move(folded),
                 snapshot = std::move(snapshot),
                 text = std::move(text),
                 now = clock_.wall_now()](Connection& connection) -> Result<> {
        auto folding = fold_updates(connection, room, folded, snapshot, now);
        if (!folding) return folding;
        connection.query("update rooms set code = ? where id = ?").bind_text(text).bind(room).run();
        return {};
    };
    submit<void>(bytes, std::move(work), std::move(done));
}

void SqliteRoomStore::save_text(RoomId room, std::string text, WallTime at, Callback<> done) {
    const std::size_t bytes = text.size();
    auto work = [room, text = std::move(text), at](Connection& connection) -> Result<> {
        FAULT_POINT("autosave.before");
        const int changed =
            connection.query("update rooms set code = ?, updated_at = ? where id = ?")
                .bind_text(text)
                .bind(at)
                .bind(room)
                .run();
        if (changed == 0) return std::unexpected(no_such_room());
        return {};
    };
    submit<void>(bytes, std::move(work), std::move(done));
}

void SqliteRoomStore::append_event(RoomId room, room::HistoryEvent event, Callback<> done) {
    auto work = [room, event = std::move(event)](Connection& connection) -> Result<> {
        if (!find_room(connection, room)) return std::unexpected(no_such_room());
        insert_event(connection, room, event);
        return {};
    };
    submit<void>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::history(
    RoomId room, room::HistoryQuery query, Callback<room::HistoryPage> done) {
    auto work = [room, query = std::move(query), now = clock_.wall_now()](
                    Connection& connection) -> Result<room::HistoryPage> {
        return read_history(connection, room, query, now);
    };
    submit<room::HistoryPage>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::update(room::RoomRecord room, Callback<> done) {
    auto work = [room = std::move(room)](Connection& connection) -> Result<> {
        const int changed =
            connection
                .query(
                    "update rooms set title = ?, language = ?, visibility = ?, default_role = ?,"
                    " locked = ?, updated_at = ? where id = ?")
                .bind_text(room.title)
                .bind_text(room.language)
                .bind_text(room::to_string(room.visibility))
                .bind_text(room::to_string(room.default_role))
                .bind(std::int64_t{room.locked})
                .bind(room.updated_at)
                .bind(room.id)
                .run();
        if (changed == 0) return std::unexpected(no_such_room());
        return {};
    };
    submit<void>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::put_member(RoomId room, room::MemberRecord member, Callback<> done) {
    auto work = [room, member = std::move(member)](Connection& connection) -> Result<> {
        if (!find_room(connection, room)) return std::unexpected(no_such_room());
        store::put_member(connection, room, member);
        return {};
    };
    submit<void>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::remove_member(RoomId room, UserId user, Callback<> done) {
    auto work = [room, user](Connection& connection) -> Result<> {
        connection.query("delete from room_members where room_id = ? and user_id = ?")
            .bind(room)
            .bind(user)
            .run();
        return {};
    };
    submit<void>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::remove(RoomId room, Callback<> done) {
    auto work = [room](Connection& connection) -> Result<> {
        // Every other row of the room goes by its foreign key.
        connection.query("delete from rooms where id = ?").bind(room).run();
        return {};
    };
    submit<void>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::append_chat(RoomId room, room::ChatMessage message, Callback<> done) {
    const std::size_t bytes = message.text.size();
    auto work = [room, message = std::move(message)](Connection& connection) -> Result<> {
        if (!find_room(connection, room)) return std::unexpected(no_such_room());
        insert_chat(connection, room, message);
        return {};
    };
    submit<void>(bytes, std::move(work), std::move(done));
}

void SqliteRoomStore::start_run(
    RoomId room, room::RunRecord run, std::string idempotency_key, Callback<room::RunRecord> done) {
    auto work = [room, run = std::move(run), key = std::move(idempotency_key)](
                    Connection& connection) -> Result<room::RunRecord> {
        const auto before = made_before<RunTag>(
            connection,
            "select run_id from run_idempotency_keys where room_id = ? and key = ?",
            room,
            key);
        if (before) {
            if (auto found = find_run(connection, *before)) return *found;
        }
        if (!find_room(connection, room)) return std::unexpected(no_such_room());
        insert_run(connection, room, run);
        if (!key.empty()) {
            connection
                .query("insert into run_idempotency_keys (room_id, key, run_id) values (?, ?, ?)")
                .bind(room)
                .bind_text(key)
                .bind(run.id)
                .run();
        }
        return run;
    };
    submit<room::RunRecord>(0, std::move(work), std::move(done));
}

void SqliteRoomStore::finish_run(
    RunId run, std::string version, room::RunResult result, WallTime at, Callback<bool> done) {
    std::string json = to_json(result);
    const std::size_t bytes = json.size();
    auto work = [run, version = std::move(version), json = std::move(json), at](
                    Connection& connection) -> Result<bool> {
        // The very same result again is this call done again, after a commit that seemed to fail.
        return connection
                   .query(
                       "update runs set version = ?1, finished_at = ?2, result = ?3 where id = ?4"
                       " and (result is null or (finished_at = ?2 and result = ?3))")
                   .bind_text(version)
                   .bind(at)
                   .bind_text(json)
                   .bind(run)
                   .run() == 1;
    };
    submit<bool>(bytes, std::move(work), std::move(done));
}

void SqliteRoomStore::recent_runs(
    RoomId room, std::size_t count, Callback<std::vector<room::RunRecord>> done) {
    using Runs = std::vector<room::RunRecord>;
    auto work = [room, count](Connection& connection) -> Result<Runs> {
        return newest_runs(connection, room, count);
    };
    submit<Runs>(0, std::move(work), std::move(done));
}

}  // namespace codencollab::store
