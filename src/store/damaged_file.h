#pragma once

#include "base/clock.h"
#include "base/error.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace codencollab::store {

// What the server does about a database file whose pages are damaged. While it runs, what touches
// such a page fails, and a note is left beside the file; the next start keeps the file aside and
// goes on with what can be read of it.

/// Says in the process's log that the database at `path` is damaged, and leaves `reason` beside it.
void note_for_next_start(const std::filesystem::path& path, const std::string& reason);

/// Why the database at `path` must be mended before it is used: a note, or what a look at its pages
/// found. None where all is well or there is no file. Throws SqliteFailure.
std::optional<std::string> find_damage(const std::filesystem::path& path);

/// Moves the damaged database at `path` aside, with its write-ahead log, and puts there a new one
/// with all rows that can be read. Killed in the middle, it goes on at the next start. Fails, with
/// the old file in its place, when there is no space or nothing can be read. Throws SqliteFailure.
Result<> mend_file(const std::filesystem::path& path, const std::string& reason, WallTime now);

/// SQLite drops the end of a write-ahead log from the first frame on that is not whole. When
/// commits are among what it would drop, copies the log aside and says so in the process's log.
void keep_torn_log(const std::filesystem::path& path, WallTime now);

/// Copies the log of the database at `path` aside and answers where to.
std::filesystem::path copy_log_aside(const std::filesystem::path& path, WallTime now);

/// Where damaged files are kept: beside the database, in order of age.
std::vector<std::filesystem::path> files_set_aside(const std::filesystem::path& path);

}  // namespace codencollab::store
