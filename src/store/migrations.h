#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "store/sqlite_connection.h"

#include <span>
#include <string_view>

namespace codencollab::store {

/// One step of the schema: db/sqlite/NNNN_name.sql.
struct Migration {
    int number;
    std::string_view name;
    std::string_view sql;
};

/// Those built into this program, in order, numbered from 1 without a gap.
std::span<const Migration> sqlite_migrations();

/// Runs the migrations that the database has not had, each in one transaction with the row that
/// records it. Fails, and changes nothing, when the database has had one that is not in the list:
/// a newer version made it. Throws SqliteFailure.
Result<> migrate(Connection& connection, std::span<const Migration> migrations, WallTime now);

}  // namespace codencollab::store
