#include "store/damaged_bytes.h"

#include "base/log.h"

#include <fmt/format.h>

#include <string>

namespace codencollab::store {

namespace {

struct Place {
    std::string_view table;
    std::string_view key;
};

Place place_of(DamagedSource source) {
    switch (source) {
        case DamagedSource::update:
            return {"room_updates", "seq"};
        case DamagedSource::snapshot:
            return {"room_snapshots", "number"};
        case DamagedSource::segment:
            return {"room_history", "first_seq"};
    }
    return {};
}

/// Zero before the first.
std::int64_t newest_snapshot(Connection& connection, const RoomId& room) {
    Query query = connection.query("select max(number) from room_snapshots where room_id = ?");
    query.bind(room).next_row();
    return query.read_integer();
}

}  // namespace

void set_aside(
    Connection& connection,
    const RoomId& room,
    DamagedSource source,
    std::int64_t row,
    WallTime now) {
    const Place place = place_of(source);
    spdlog::error(
        "Room {}: row {} of {} is damaged. It is kept in damaged_bytes and not used any more.",
        room.view(),
        row,
        place.table);
    const std::int64_t newest = newest_snapshot(connection, room);
    connection
        .query(fmt::format(
            "insert into damaged_bytes (room_id, found_at, source, row, after_snapshot, data)"
            " select room_id, ?, '{0}', {1}, ?, data from {0} where room_id = ? and {1} = ?",
            place.table,
            place.key))
        .bind(now)
        .bind(newest)
        .bind(room)
        .bind(row)
        .run();
    connection
        .query(fmt::format("delete from {} where room_id = ? and {} = ?", place.table, place.key))
        .bind(room)
        .bind(row)
        .run();
}

bool has_unhealed_damage(Connection& connection, const RoomId& room) {
    const std::int64_t newest = newest_snapshot(connection, room);
    Query query = connection.query(
        "select exists (select 1 from damaged_bytes where room_id = ? and after_snapshot >= ?)");
    query.bind(room).bind(newest).next_row();
    return query.read_integer() != 0;
}

}  // namespace codencollab::store
