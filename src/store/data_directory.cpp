#include "store/data_directory.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

namespace codencollab::store {

namespace {

std::unexpected<Error> cannot_use(const std::filesystem::path& path, int reason) {
    return fail(
        ErrorCode::store_unavailable,
        fmt::format(
            "Cannot write to the data directory {}: {}. Start as the owner of that folder or pass "
            "--data DIR.",
            path.string(),
            std::generic_category().message(reason)));
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const std::filesystem::path& wanted) {
    // "data/" names the same directory as "data", and must not count as its own parent.
    const std::filesystem::path path = wanted.has_filename() ? wanted : wanted.parent_path();
    // Parents with the usual mode; the directory itself is for its owner alone.
    std::error_code error;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot_use(path, errno);

    const std::filesystem::path lock_path = path / "lock";
    UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) return cannot_use(path, errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK) return cannot_use(path, errno);
        return fail(
            ErrorCode::store_unavailable,
            fmt::format(
                "Another server is running on the data directory {}. Stop it or pass another "
                "--data DIR.",
                path.string()));
    }
    return DataDirectory(path, std::move(lock));
}

}  // namespace codencollab::store
