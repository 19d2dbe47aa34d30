#pragma once

#include "base/error.h"
#include "base/unique_fd.h"

#include <filesystem>

namespace codencollab::store {

/// The server's own directory, locked against a second server for as long as this lives. The lock
/// ends with the process, however it ends.
class DataDirectory {
  public:
    /// Makes the directory (mode 0700) if it is missing. Fails with one clear line when it is not
    /// ours to write, or when another server has it.
    static Result<DataDirectory> open(const std::filesystem::path& path);
    const std::filesystem::path& path() const { return path_; }

  private:
    DataDirectory(std::filesystem::path path, UniqueFd lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    UniqueFd lock_;
};

}  // namespace codencollab::store
