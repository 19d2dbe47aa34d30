#include "store/damaged_file.h"

#include "base/log.h"
#include "base/unique_fd.h"
#include "store/migrations.h"
#include "store/rescue.h"
#include "store/sqlite_connection.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>

namespace codencollab::store {

namespace {

namespace fs = std::filesystem;

// A look at all pages of a larger file would keep the server from starting for seconds.
constexpr std::uintmax_t checked_bytes_max = std::uintmax_t{512} << 20;

constexpr std::string_view mending_from = "mending from ";

fs::path with_suffix(const fs::path& path, std::string_view suffix) {
    return path.string().append(suffix);
}
fs::path note_of(const fs::path& path) {
    return with_suffix(path, ".note");
}
fs::path new_file_of(const fs::path& path) {
    return with_suffix(path, ".mending");
}

/// Empty when there is none.
std::string read_note(const fs::path& path) {
    std::ifstream in(note_of(path));
    return {std::istreambuf_iterator<char>(in), {}};
}

[[noreturn]] void throw_system_error(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void sync(const fs::path& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::fsync(file.get()) != 0) throw_system_error(path.string());
}

/// The note says what is done even if the power goes now.
void write_note(const fs::path& path, std::string_view text) {
    const fs::path written = with_suffix(note_of(path), ".new");
    {
        std::ofstream out(written, std::ios::trunc);
        out << text;
        if (!out.flush()) throw_system_error(written.string());
    }
    sync(written);
    fs::rename(written, note_of(path));
    sync(path.parent_path());
}

/// The name under which `path` is kept, such as rooms.db.damaged-20261125-014530; a number is added
/// where that is taken.
fs::path free_name_aside(const fs::path& path, WallTime now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    const std::string name = fmt::format("{}.damaged-{:%Y%m%d-%H%M%S}", path.string(), seconds);
    fs::path free = name;
    for (int n = 2; fs::exists(free) || fs::exists(with_suffix(free, "-wal")); ++n)
        free = fmt::format("{}-{}", name, n);
    return free;
}

void copy_synced(const fs::path& from, const fs::path& to) {
    fs::copy_file(from, to);
    fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write);
    sync(to);
}

/// Copies the database and its log aside; answers where to.
fs::path copy_aside(const fs::path& path, WallTime now) {
    const fs::path aside = free_name_aside(path, now);
    copy_synced(path, aside);
    const fs::path log = with_suffix(path, "-wal");
    if (fs::exists(log)) copy_synced(log, with_suffix(aside, "-wal"));
    sync(path.parent_path());
    return aside;
}

void remove_with_log(const fs::path& path) {
    for (const std::string_view suffix : {"-wal", "-shm", ""})
        fs::remove(with_suffix(path, suffix));
}

/// Builds the new file beside the old one.
Result<Rescued> build_from(const fs::path& aside, const fs::path& path, WallTime now) {
    const fs::path built = new_file_of(path);
    remove_with_log(built);
    Rescued rescued;
    {
        Connection from(aside, Connection::Mode::read_only);
        Connection to(built);
        if (auto done = migrate(to, sqlite_migrations(), now); !done) {
            return std::unexpected(std::move(done).error());
        }
        rescued = rescue(from, to, now);
    }
    // Reading it has made these beside the kept file, unless it came with a log.
    fs::remove(with_suffix(aside, "-shm"));
    if (const fs::path log = with_suffix(aside, "-wal"); fs::exists(log) && fs::file_size(log) == 0)
        fs::remove(log);
    fs::permissions(built, fs::perms::owner_read | fs::perms::owner_write);
    sync(built);
    return rescued;
}

}  // namespace

void note_for_next_start(const fs::path& path, const std::string& reason) {
    spdlog::error(
        "The database file is damaged: {}. What it touches fails; all else goes on. Start the "
        "server again: it keeps the file aside and recovers what can be read.",
        reason);
    try {
        if (read_note(path).empty()) write_note(path, reason);
    } catch (const std::exception& failure) {
        spdlog::error("Cannot leave a note for the next start: {}", failure.what());
    }
}

std::optional<std::string> find_damage(const fs::path& path) {
    if (std::string note = read_note(path); !note.empty()) return note;
    std::error_code missing;
    const std::uintmax_t bytes = fs::file_size(path, missing);
    if (missing || bytes == 0 || bytes > checked_bytes_max) return std::nullopt;
    try {
        Connection connection(path, Connection::Mode::read_only);
        Query query = connection.query("pragma quick_check(1)");
        query.next_row();
        std::string found = query.read_text();
        if (found == "ok") return std::nullopt;
        return found;
    } catch (const SqliteFailure& failure) {
        if (!failure.is_corrupt()) throw;
        return failure.what();
    }
}

Result<> mend_file(const fs::path& path, const std::string& reason, WallTime now) {
    fs::path aside;
    if (reason.starts_with(mending_from)) {
        aside = reason.substr(mending_from.size());
    } else {
        // Nothing is moved before it is known that something can be read.
        Connection(path, Connection::Mode::read_only).query("select 1 from sqlite_schema").run();
        aside = copy_aside(path, now);
        write_note(path, fmt::format("{}{}", mending_from, aside.string()));
    }
    auto rescued = build_from(aside, path, now);
    if (!rescued) return std::unexpected(std::move(rescued).error());
    remove_with_log(path);
    fs::rename(new_file_of(path), path);
    sync(path.parent_path());
    fs::remove(note_of(path));
    spdlog::error(
        "The database {} was damaged ({}). It is kept as {}; {} rows were read from it, over {} "
        "damaged places. {} rooms lost their settings, {} cannot be opened any more.",
        path.string(),
        reason,
        aside.string(),
        rescued->rows,
        rescued->gaps,
        rescued->rooms_made,
        rescued->documents_lost);
    return {};
}

fs::path copy_log_aside(const fs::path& path, WallTime now) {
    const fs::path aside = with_suffix(free_name_aside(path, now), "-wal");
    copy_synced(with_suffix(path, "-wal"), aside);
    sync(path.parent_path());
    return aside;
}

std::vector<fs::path> files_set_aside(const fs::path& path) {
    std::vector<fs::path> found;
    const std::string begin = path.filename().string() + ".damaged-";
    std::error_code missing;
    for (const fs::directory_entry& entry : fs::directory_iterator(path.parent_path(), missing)) {
        if (entry.path().filename().string().starts_with(begin)) found.push_back(entry.path());
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace codencollab::store
