#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "identity/account_store.h"
#include "room/store.h"

#include <filesystem>
#include <memory>
#include <string>

namespace codencollab::store {

/// Everything that the server keeps, in one SQLite file in its data directory.
///
/// One thread reads and writes it: calls that wait together are committed together, and each is
/// answered after the commit that holds it (WAL, synchronous=FULL: a commit survives a power cut).
/// A call that fails takes no other down with it. After an I/O error the file is closed and opened
/// again, and what was not committed for sure is done once more.
///
/// Ownership: the stores it makes keep what they need alive, but after it has gone they only answer
///            `store_unavailable`. Loops and the clock must outlive it and its stores. Its
///            destructor stores what was called before, and waits for that.
/// Threads:   any.
class SqliteDatabase {
  public:
    /// Makes `directory` (mode 0700) if it is missing, locks it against a second server, opens
    /// `codencollab.db` in it, migrates it to this version's schema, and ends the runs that an
    /// earlier server left without a result. Fails with one clear line: not writable, in use by
    /// another server, made by a newer version.
    static Result<std::unique_ptr<SqliteDatabase>> open(
        const std::filesystem::path& directory, const Clock& clock);
    ~SqliteDatabase();

    /// A store that answers on `loop`.
    std::unique_ptr<room::RoomStore> make_room_store(Loop& loop);
    std::unique_ptr<identity::AccountStore> make_account_store();

    /// Empty while it stores what it is given, else why not; for `/ready`.
    std::string unavailable_reason() const;

  private:
    class Parts;
    explicit SqliteDatabase(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace codencollab::store
