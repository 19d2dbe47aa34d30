#include "store/migrations.h"

#include <fmt/format.h>

#include <string>

namespace codencollab::store {

namespace {

int version_of(Connection& connection) {
    Query query = connection.query("select coalesce(max(number), 0) from schema_migrations");
    query.next_row();
    return static_cast<int>(query.read_integer());
}

}  // namespace

Result<> migrate(Connection& connection, std::span<const Migration> migrations, WallTime now) {
    connection.execute(
        "create table if not exists schema_migrations ("
        "number integer not null primary key, name text not null, applied_at integer not null"
        ") strict");
    const int version = version_of(connection);
    const int newest = migrations.empty() ? 0 : migrations.back().number;
    if (version > newest) {
        return fail(
            ErrorCode::store_unavailable,
            fmt::format(
                "The database has schema {}, made by a newer version of CodenCollab; this one "
                "knows "
                "{}. Start the newer version, or restore a backup from before it.",
                version,
                newest));
    }
    for (const Migration& migration : migrations) {
        if (migration.number <= version) continue;
        Transaction transaction(connection);
        connection.execute(std::string(migration.sql));
        connection
            .query("insert into schema_migrations (number, name, applied_at) values (?, ?, ?)")
            .bind(std::int64_t{migration.number})
            .bind_text(migration.name)
            .bind(now)
            .run();
        transaction.commit();
    }
    return {};
}

}  // namespace codencollab::store
