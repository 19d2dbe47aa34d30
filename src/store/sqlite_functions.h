#pragma once

struct sqlite3;

namespace codencollab::store {

/// What our SQL may call beside SQLite's own functions:
/// `checksum(blob)`, as checksum_of; `first_update(text, language)`, as first_update.
/// Throws SqliteFailure.
void add_functions(sqlite3* database);

}  // namespace codencollab::store
