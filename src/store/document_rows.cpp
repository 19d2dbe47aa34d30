#include "store/document_rows.h"

#include "base/fault_point.h"
#include "base/log.h"
#include "store/damaged_bytes.h"
#include "store/history_rows.h"
#include "store/history_segment.h"
#include "store/log_index.h"
#include "store/room_rows.h"
#include "store/sealed_bytes.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace codencollab::store {

namespace {

// How many openings of a room are remembered for appends that come again after a fold. Each ends
// with a fold of its own, so only the last few can still be asked for.
constexpr std::int64_t writers_remembered = 64;

/// Up to which number the writer's updates were folded.
std::uint64_t folded_number(Connection& connection, const RoomId& room, room::LogWriter writer) {
    Query query =
        connection.query("select number from room_folded where room_id = ? and writer = ?");
    query.bind(room).bind_unsigned(writer);
    return query.next_row() ? query.read_unsigned() : 0;
}

/// A row of the log: seq, writer, number, author_id, at, checksum, data.
struct LogRow {
    room::LogWriter writer = 0;
    std::uint64_t number = 0;
    bool is_whole = false;
    HistoryRow row;
};

LogRow read_log_row(Query& query) {
    LogRow log;
    log.row.seq = query.read_integer();
    log.writer = query.read_unsigned();
    log.number = query.read_unsigned();
    log.row.author = query.read_optional_id<UserTag>();
    log.row.at = query.read_time();
    const std::int64_t checksum = query.read_integer();
    log.row.bytes = query.read_view();
    log.is_whole = checksum_of(log.row.bytes) == checksum;
    return log;
}

/// The rows of the log up to the writer's number that are whole; the others are set aside.
void take_from_log(
    Connection& connection,
    const RoomId& room,
    room::LogWriter writer,
    std::uint64_t number,
    WallTime now,
    std::vector<LogRow>& taken) {
    std::vector<std::int64_t> damaged;
    {
        Query query = connection.query(
            "delete from room_updates where seq in (select seq from log_index where room_id = ?"
            " and writer = ? and number <= ?) and checksum = checksum(data)"
            " returning seq, writer, number, author_id, at, checksum, data");
        query.bind(room).bind_unsigned(writer).bind_unsigned(number);
        while (query.next_row())
            taken.push_back(read_log_row(query));
    }
    {
        Query query = connection.query(
            "select seq from log_index where room_id = ? and writer = ? and number <= ?");
        query.bind(room).bind_unsigned(writer).bind_unsigned(number);
        while (query.next_row())
            damaged.push_back(query.read_integer());
    }
    for (const std::int64_t seq : damaged)
        set_aside(connection, room, DamagedSource::update, seq, now);
}

/// Remembers that all up to the first gap was folded: what is missing may still come.
void note_folded(
    Connection& connection,
    const RoomId& room,
    const std::vector<LogRow>& taken,
    std::int64_t snapshot) {
    room::LogPosition reached;
    std::vector<std::pair<room::LogWriter, std::uint64_t>> numbers;
    for (const LogRow& log : taken)
        numbers.emplace_back(log.writer, log.number);
    std::ranges::sort(numbers);
    for (const auto& [writer, number] : numbers) {
        const auto [found, is_new] = reached.try_emplace(writer, 0);
        if (is_new) found->second = folded_number(connection, room, writer);
        if (number == found->second + 1) found->second = number;
    }
    for (const auto& [writer, number] : reached) {
        connection
            .query(
                "insert into room_folded (room_id, writer, number, snapshot) values (?, ?, ?, ?)"
                " on conflict (room_id, writer) do update set number = excluded.number,"
                " snapshot = excluded.snapshot")
            .bind(room)
            .bind_unsigned(writer)
            .bind_unsigned(number)
            .bind(snapshot)
            .run();
    }
    connection
        .query(
            "delete from room_folded where room_id = ?1 and writer not in (select writer from"
            " room_folded where room_id = ?1 order by snapshot desc limit ?2)")
        .bind(room)
        .bind(writers_remembered)
        .run();
}

struct SnapshotRow {
    std::int64_t number = 0;
    std::int64_t through_seq = 0;
    std::optional<std::string> bytes;  // none: damaged
};

/// The room's newest snapshot before `before`.
std::optional<SnapshotRow> newest_snapshot(
    Connection& connection, const RoomId& room, std::int64_t before) {
    Query query = connection.query(
        "select number, through_seq, raw_bytes, codec, checksum, data from room_snapshots"
        " where room_id = ? and number < ? order by number desc limit 1");
    query.bind(room).bind(before);
    if (!query.next_row()) return std::nullopt;
    SnapshotRow snapshot;
    snapshot.number = query.read_integer();
    snapshot.through_seq = query.read_integer();
    snapshot.bytes = read_sealed(query);
    return snapshot;
}

/// Answers its number.
std::int64_t insert_snapshot(
    Connection& connection,
    const RoomId& room,
    std::int64_t through_seq,
    std::string_view bytes,
    WallTime now) {
    const SealedBytes sealed = seal(bytes);
    std::int64_t number = 0;
    {
        Query query = connection.query(
            "insert into room_snapshots (room_id, through_seq, at, raw_bytes, codec, checksum,"
            " data) values (?, ?, ?, ?, ?, ?, ?) returning number");
        query.bind(room).bind(through_seq).bind(now);
        bind_sealed(query, sealed);
        query.next_row();
        number = query.read_integer();
        query.run();
    }
    // This one and the one before it are kept.
    connection
        .query(
            "delete from room_snapshots where room_id = ?1 and number < (select number from"
            " room_snapshots where room_id = ?1 order by number desc limit 1 offset 1)")
        .bind(room)
        .run();
    return number;
}

constexpr std::int64_t no_limit = INT64_MAX;

}  // namespace

Result<> append_updates(Connection& connection, const RoomId& room, const room::LogBatch& batch) {
    const std::uint64_t folded = folded_number(connection, room, batch.writer);
    if (folded == 0 && batch.updates.empty() && !find_room(connection, room)) {
        return std::unexpected(no_such_room());
    }
    const auto is_new = [folded](const room::LoggedUpdate& update) {
        return update.number > folded;
    };
    const auto first_new = std::ranges::find_if(batch.updates, is_new);
    try {
        add_to_log(connection, room, batch.writer, {first_new, batch.updates.end()});
    } catch (const SqliteFailure& failure) {
        if (failure.is_foreign_key()) return std::unexpected(no_such_room());
        throw;
    }
    return {};
}

Result<> fold_updates(
    Connection& connection,
    const RoomId& room,
    const room::LogPosition& folded,
    std::string_view snapshot,
    WallTime now) {
    if (!find_room(connection, room)) return std::unexpected(no_such_room());
    std::vector<LogRow> taken;
    for (const auto& [writer, number] : folded)
        take_from_log(connection, room, writer, number, now, taken);
    std::ranges::sort(taken, {}, [](const LogRow& log) { return log.row.seq; });
    FAULT_POINT("fold.mid");

    const auto before = newest_snapshot(connection, room, no_limit);
    if (taken.empty() && before && before->bytes == snapshot) return {};
    std::int64_t through_seq = before ? before->through_seq : 0;
    if (!taken.empty()) through_seq = std::max(through_seq, taken.back().row.seq);
    const std::int64_t number = insert_snapshot(connection, room, through_seq, snapshot, now);
    if (taken.empty()) return {};

    note_folded(connection, room, taken, number);
    std::vector<HistoryRow> rows;
    rows.reserve(taken.size());
    for (LogRow& log : taken)
        rows.push_back(std::move(log.row));
    add_to_history(connection, room, std::move(rows), number, now);
    return {};
}

Result<room::StoredDocument> read_document(
    Connection& connection, const RoomId& room, WallTime now) {
    room::StoredDocument document;
    auto snapshot = newest_snapshot(connection, room, no_limit);
    while (snapshot && !snapshot->bytes) {
        set_aside(connection, room, DamagedSource::snapshot, snapshot->number, now);
        snapshot = newest_snapshot(connection, room, snapshot->number);
    }
    if (snapshot) document.updates.push_back(*std::move(snapshot->bytes));

    // None, unless a snapshot after this one was damaged.
    for (HistoryRow& row :
         history_since_snapshot(connection, room, snapshot ? snapshot->number : 0, now)) {
        document.updates.push_back(std::move(row.bytes));
    }

    std::vector<std::int64_t> damaged;
    {
        Query query = connection.query(
            "select seq, writer, number, author_id, at, checksum, data from room_updates"
            " where seq in (select seq from log_index where room_id = ?) order by seq");
        query.bind(room);
        while (query.next_row()) {
            LogRow log = read_log_row(query);
            if (!log.is_whole) {
                damaged.push_back(log.row.seq);
                continue;
            }
            std::uint64_t& number = document.log[log.writer];
            number = std::max(number, log.number);
            ++document.log_count;
            document.log_bytes += log.row.bytes.size();
            document.updates.push_back(std::move(log.row.bytes));
        }
    }
    for (const std::int64_t seq : damaged)
        set_aside(connection, room, DamagedSource::update, seq, now);

    if (document.updates.empty()) {
        return fail(
            ErrorCode::store_unavailable,
            "What is stored of this room is damaged, and nothing of it could be read. It is kept; "
            "`codencollab doctor` says where.");
    }
    document.is_recovered = has_unhealed_damage(connection, room);
    if (document.is_recovered) {
        spdlog::error(
            "Room {}: some of its stored bytes are damaged; it is opened with {} updates that "
            "could be recovered.",
            room.view(),
            document.updates.size());
    }
    return document;
}

}  // namespace codencollab::store
