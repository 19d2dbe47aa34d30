#include "store/log_index.h"

#include "store/sealed_bytes.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace codencollab::store {

namespace {

constexpr auto table_and_trigger = R"(
    create temp table log_index (
        room_id blob    not null,
        writer  integer not null,
        number  integer not null,
        seq     integer not null,
        primary key (room_id, writer, number)
    ) without rowid;
    create temp trigger log_index_removes after delete on main.room_updates
        begin delete from log_index where room_id = old.room_id
              and writer = old.writer and number = old.number; end;
)";

/// Walks through the log in that order, to its end or to a page that cannot be read.
std::optional<SqliteFailure> fill(Connection& connection, std::string_view order) {
    Query put = connection.query("insert or ignore into log_index values (?, ?, ?, ?)");
    try {
        Query get = connection.query(fmt::format(
            "select room_id, writer, number, seq from room_updates order by seq {}", order));
        while (get.next_row()) {
            put.again(0);
            for (int column = 0; column < 4; ++column)
                put.bind_column(get);
            put.run();
        }
    } catch (const SqliteFailure& failure) {
        if (!failure.is_corrupt()) throw;
        return failure;
    }
    return std::nullopt;
}

/// The writer's greatest number in the log; 0 without any.
std::uint64_t newest_number(Connection& connection, const RoomId& room, room::LogWriter writer) {
    Query query = connection.query(
        "select number from log_index where room_id = ? and writer = ? order by number desc"
        " limit 1");
    query.bind(room).bind_unsigned(writer);
    return query.next_row() ? query.read_unsigned() : 0;
}

bool has_number(
    Connection& connection, const RoomId& room, room::LogWriter writer, std::uint64_t number) {
    Query query = connection.query(
        "select 1 from log_index where room_id = ? and writer = ? and number = ?");
    return query.bind(room).bind_unsigned(writer).bind_unsigned(number).next_row();
}

}  // namespace

std::optional<SqliteFailure> make_log_index(Connection& connection) {
    // In no transaction: in one, SQLite lets nothing be written any more after a damaged page.
    connection.execute(table_and_trigger);
    auto damage = fill(connection, "asc");
    if (damage) fill(connection, "desc");
    return damage;
}

// Two statements and no trigger: for a trigger SQLite keeps a copy of each page that the statement
// changes, so that it could take the statement back alone.
void add_to_log(
    Connection& connection,
    const RoomId& room,
    room::LogWriter writer,
    std::span<const room::LoggedUpdate> updates) {
    const std::uint64_t newest = newest_number(connection, room, writer);
    Query row = connection.query(
        "insert into room_updates (room_id, writer, number, author_id, at, checksum, data)"
        " values (?, ?, ?, ?, ?, ?, ?)");
    Query place = connection.query("insert into log_index values (?, ?, ?, last_insert_rowid())");
    row.bind(room).bind_unsigned(writer);
    place.bind(room).bind_unsigned(writer);
    for (const room::LoggedUpdate& update : updates) {
        if (update.number <= newest && has_number(connection, room, writer, update.number)) {
            continue;
        }
        row.again(2)
            .bind_unsigned(update.number)
            .bind(update.author)
            .bind(WallTime(std::chrono::floor<std::chrono::milliseconds>(update.at)))
            .bind(std::int64_t{checksum_of(update.bytes)})
            .bind_static_blob(update.bytes)
            .run();
        place.again(2).bind_unsigned(update.number).run();
    }
}

}  // namespace codencollab::store
