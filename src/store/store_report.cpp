#include "store/store_report.h"

#include "store/damaged_file.h"
#include "store/migrations.h"
#include "store/sqlite_connection.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace codencollab::store {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view restore_or_report =
    "Its people's browsers may hold the rest: let them open the room. Else restore a backup.";

void look_into(Connection& connection, StoreReport& report) {
    {
        Query query = connection.query("select max(number) from schema_migrations");
        query.next_row();
        report.schema = static_cast<int>(query.read_integer());
    }
    const int newest = sqlite_migrations().back().number;
    if (report.schema > newest) {
        report.problems.push_back(
            {fmt::format(
                 "database: schema {} is newer than this program's {}", report.schema, newest),
             "Start the newer version, or restore a backup from before it."});
        return;
    }
    {
        Query query = connection.query("select count(*) from rooms");
        query.next_row();
        report.rooms = query.read_integer();
    }
    if (report.schema < newest) return;
    Query query = connection.query(
        "select room_id, group_concat(distinct source), count(*), sum(length(data))"
        " from damaged_bytes group by room_id order by min(found_at)");
    while (query.next_row()) {
        const RoomId room = query.read_id<RoomTag>();
        const std::string sources = query.read_text();
        const std::int64_t rows = query.read_integer();
        report.problems.push_back(
            {fmt::format(
                 "room {}: {} damaged rows ({} bytes, of {}) are kept in damaged_bytes",
                 room.view(),
                 rows,
                 query.read_integer(),
                 sources),
             std::string(restore_or_report)});
    }
}

}  // namespace

StoreReport report_on(const fs::path& directory) {
    const fs::path file = directory / "codencollab.db";
    StoreReport report;
    std::error_code missing;
    report.bytes = fs::file_size(file, missing);
    report.is_there = !missing;
    if (!report.is_there) report.bytes = 0;
    for (const fs::path& aside : files_set_aside(file)) {
        report.problems.push_back(
            {fmt::format("damaged file kept: {}", aside.string()),
             "What could be read of it is in use. Remove it when nobody misses anything."});
    }
    if (!report.is_there) return report;
    try {
        if (const auto damage = find_damage(file)) {
            report.problems.push_back(
                {fmt::format("database: {} is damaged: {}", file.string(), *damage),
                 "Start the server again: it keeps the file and recovers what can be read."});
        }
        Connection connection(file, Connection::Mode::read_only);
        look_into(connection, report);
    } catch (const std::exception& failure) {
        report.problems.push_back(
            {fmt::format("database: {} cannot be read: {}", file.string(), failure.what()),
             "Check the disk and who owns the file, or restore it from a backup."});
    }
    return report;
}

}  // namespace codencollab::store
