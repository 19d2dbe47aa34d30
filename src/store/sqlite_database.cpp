#include "store/sqlite_database.h"

#include "base/log.h"
#include "store/damaged_file.h"
#include "store/data_directory.h"
#include "store/log_index.h"
#include "store/migrations.h"
#include "store/room_rows.h"
#include "store/sqlite_account_store.h"
#include "store/sqlite_connection.h"
#include "store/sqlite_room_store.h"
#include "store/sqlite_worker.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <exception>
#include <utility>

namespace codencollab::store {

class SqliteDatabase::Parts {
  public:
    Parts(
        DataDirectory directory,
        std::string path,
        std::unique_ptr<Connection> connection,
        const Clock& clock)
        : directory_(std::move(directory)),
          clock_(clock),
          worker_(std::make_shared<SqliteWorker>(std::move(path), std::move(connection))) {}
    ~Parts() { worker_->stop(); }
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;

    const std::shared_ptr<SqliteWorker>& worker() { return worker_; }
    const Clock& clock() const { return clock_; }

  private:
    DataDirectory directory_;  // declared first: the lock outlives the file
    const Clock& clock_;
    std::shared_ptr<SqliteWorker> worker_;
};

namespace {

Result<std::unique_ptr<Connection>> open_and_migrate(const std::string& path, WallTime now) {
    try {
        keep_torn_log(path, now);
        if (const auto damage = find_damage(path)) {
            if (auto mended = mend_file(path, *damage, now); !mended) {
                return std::unexpected(std::move(mended).error());
            }
        }
        auto connection = std::make_unique<Connection>(path);
        ::chmod(path.c_str(), 0600);
        if (auto done = migrate(*connection, sqlite_migrations(), now); !done) {
            return std::unexpected(std::move(done).error());
        }
        if (const auto damage = make_log_index(*connection)) {
            note_for_next_start(path, damage->what());
        }
        if (const int lost = end_lost_runs(*connection, now); lost > 0) {
            spdlog::warn(
                "{} runs were going on when the server stopped; they are ended now.", lost);
        }
        return connection;
    } catch (const std::exception& failure) {
        return fail(
            ErrorCode::store_unavailable,
            fmt::format(
                "Cannot open {}: {}. Check the disk, or restore the file from a backup.",
                path,
                failure.what()));
    }
}

}  // namespace

SqliteDatabase::SqliteDatabase(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteDatabase::~SqliteDatabase() = default;

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(
    const std::filesystem::path& path, const Clock& clock) {
    auto directory = DataDirectory::open(path);
    if (!directory) return std::unexpected(std::move(directory).error());
    std::string file = (path / "codencollab.db").string();
    auto connection = open_and_migrate(file, clock.wall_now());
    if (!connection) return std::unexpected(std::move(connection).error());
    auto parts = std::make_unique<Parts>(
        *std::move(directory), std::move(file), *std::move(connection), clock);
    return std::unique_ptr<SqliteDatabase>(new SqliteDatabase(std::move(parts)));
}

std::unique_ptr<room::RoomStore> SqliteDatabase::make_room_store(Loop& loop) {
    return std::make_unique<SqliteRoomStore>(parts_->worker(), loop, parts_->clock());
}

std::unique_ptr<identity::AccountStore> SqliteDatabase::make_account_store() {
    return std::make_unique<SqliteAccountStore>(parts_->worker());
}

std::string SqliteDatabase::unavailable_reason() const {
    return parts_->worker()->unavailable_reason();
}

}  // namespace codencollab::store
