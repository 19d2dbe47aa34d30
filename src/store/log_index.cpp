#include "store/log_index.h"

#include <fmt/format.h>

#include <string_view>

namespace codencollab::store {

namespace {

constexpr auto table_and_triggers = R"(
    create temp table log_index (
        room_id blob    not null,
        writer  integer not null,
        number  integer not null,
        seq     integer not null,
        primary key (room_id, writer, number)
    ) without rowid;
    create temp trigger log_index_keeps_out before insert on main.room_updates
        when exists (select 1 from log_index where room_id = new.room_id
                     and writer = new.writer and number = new.number)
        begin select raise(ignore); end;
    create temp trigger log_index_adds after insert on main.room_updates
        begin insert into log_index values (new.room_id, new.writer, new.number, new.seq); end;
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

}  // namespace

std::optional<SqliteFailure> make_log_index(Connection& connection) {
    // In no transaction: in one, SQLite lets nothing be written any more after a damaged page.
    connection.execute(table_and_triggers);
    auto damage = fill(connection, "asc");
    if (damage) fill(connection, "desc");
    return damage;
}

}  // namespace codencollab::store
