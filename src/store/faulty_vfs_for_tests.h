#pragma once

#include <sqlite3.h>

#include <filesystem>

namespace codencollab::store {

/// SQLite's file layer with faults that a test chooses: from the n-th operation on, each fails with
/// one code, until the disk is mended. It also knows what a power cut would leave: of what was
/// written, what a sync has succeeded for; what was written before a failed sync is lost, however
/// many syncs succeed after it. While it lives it is the default for every connection that is
/// opened.
class FaultyDisk {
  public:
    enum class Operations { writes, all };

    FaultyDisk();
    FaultyDisk(const FaultyDisk&) = delete;
    FaultyDisk& operator=(const FaultyDisk&) = delete;
    ~FaultyDisk();

    /// Lets `operations` more succeed, then fails with `code` (SQLITE_FULL, SQLITE_IOERR_FSYNC …).
    /// Writes are also syncs and truncations; all operations are reads, opens and locks as well.
    void break_after(int operations, int code, Operations counted = Operations::writes);
    /// Fails `count` syncs, after `syncs` more that succeed.
    void fail_syncs_after(int syncs, int count);
    void mend();
    /// How often it failed since it was broken.
    int failures() const;

    /// Writes into `to` the files of `from` as they would be found after the power went now.
    void write_what_survives(
        const std::filesystem::path& from, const std::filesystem::path& to) const;
};

}  // namespace codencollab::store
