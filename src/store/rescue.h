#pragma once

#include "base/clock.h"
#include "store/sqlite_connection.h"

#include <cstddef>

namespace codencollab::store {

struct Rescued {
    std::size_t rows = 0;
    /// Places at which reading failed: each may have cost some rows.
    std::size_t gaps = 0;
    /// Rooms of which nothing but their document was left; they got a row anew.
    std::size_t rooms_made = 0;
    /// Rooms of whose document nothing was left; they cannot be opened.
    std::size_t documents_lost = 0;
};

/// Copies every row that can be read of the damaged database `from` into `to`, which has the same
/// schema and no rows. Steps over what cannot be read. Throws SqliteFailure for a failure of `to`,
/// or of `from` as a whole.
Rescued rescue(Connection& from, Connection& to, WallTime now);

}  // namespace codencollab::store
