#pragma once

#include "base/error.h"
#include "base/unique_fd.h"
#include "runner/stage.h"

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::runner {

enum class CgroupVersion { none, v1, v2 };

/// Where this process may make control groups. `v1` has one folder for each controller, `v2` one
/// under the empty name.
struct CgroupPlace {
    CgroupVersion version = CgroupVersion::none;
    std::map<std::string, std::filesystem::path, std::less<>> folders;
};

/// Reads where this process's own groups are mounted. Pure: the texts are /proc/self/mountinfo and
/// /proc/self/cgroup. A hybrid host counts as v1. A v2 place is named without a look at its
/// controllers.
CgroupPlace find_cgroups(std::string_view mountinfo, std::string_view own_groups);

/// One file of a group and what goes into it.
struct CgroupWrite {
    std::string controller;  // empty: v2
    std::string file;
    std::string value;
    bool required = true;  // an optional one may be missing on this kernel
};

/// The limits of one stage as writes, in the order in which the kernel takes them.
std::vector<CgroupWrite> limit_writes(CgroupVersion version, const StageLimits& limits);

/// The groups of one stage, one for each controller. Removed by the destructor, which needs their
/// processes gone. Threads: one.
class StageCgroup {
  public:
    StageCgroup() = default;
    StageCgroup(StageCgroup&&) noexcept = default;
    StageCgroup& operator=(StageCgroup&& other) noexcept {
        std::swap(version_, other.version_);
        std::swap(folders_, other.folders_);
        return *this;
    }
    ~StageCgroup();

    bool is_there() const { return version_ != CgroupVersion::none; }
    Result<> add(pid_t process);
    std::int64_t cpu_us() const;
    std::int64_t memory_peak_bytes() const;
    bool memory_was_hit() const;
    bool processes_were_hit() const;
    /// Readable when the kernel runs out of the group's memory (v1 alone; v2 kills the whole
    /// group).
    UniqueFd watch_memory() const;

  private:
    friend class Cgroups;
    std::string read(const char* controller, const char* file) const;

    CgroupVersion version_ = CgroupVersion::none;
    std::map<std::string, std::filesystem::path, std::less<>> folders_;
};

/// The groups of this runner: a parent group `codencollab-<pid>-<random>` and one child a stage.
/// The destructor removes the parent. Threads: one.
class Cgroups {
  public:
    /// Finds a place, removes what runners that are gone left there, and makes the parent group.
    /// Without a usable place `version()` is `none` and `why_not()` says why.
    Cgroups();
    ~Cgroups();
    Cgroups(const Cgroups&) = delete;
    Cgroups& operator=(const Cgroups&) = delete;

    CgroupVersion version() const { return version_; }
    const std::string& why_not() const { return why_not_; }
    Result<StageCgroup> make(std::string_view name, const StageLimits& limits);

  private:
    Result<> open_v1(const CgroupPlace& place);
    Result<> open_v2(const CgroupPlace& place);
    Result<> make_parent(const std::filesystem::path& parent);

    CgroupVersion version_ = CgroupVersion::none;
    std::map<std::string, std::filesystem::path, std::less<>> parents_;
    /// Locked as long as this runner lives: how those in other pid namespaces know.
    std::map<std::filesystem::path, UniqueFd> locks_;
    std::string why_not_;
};

}  // namespace codencollab::runner
