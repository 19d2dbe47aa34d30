#pragma once

#include <sqlite3.h>

namespace codencollab::store {

/// SQLite's file layer with faults that a test chooses: from the n-th write, sync or truncation on,
/// each fails with one code, until the disk is mended. While it lives it is the default for every
/// connection that is opened.
class FaultyDisk {
  public:
    FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;
    ~FaultyDisk();

    /// Lets `operations` more succeed, then fails with `code` (SQLITE_FULL, SQLITE_IOERR_FSYNC …).
    void break_after(int operations, int code);
    void mend();
    /// How often it failed since it was broken.
    int failures() const;
};

}  // namespace codencollab::store
