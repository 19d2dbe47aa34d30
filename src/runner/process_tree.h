#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace codencollab::runner {

/// What /proc/<pid>/stat says about one process; CPU times are clock ticks and include children
/// that were waited for.
struct ProcessStat {
    pid_t process = 0;
    pid_t parent = 0;
    std::uint64_t ticks = 0;
};

/// Pure; nothing when the line is none. A process may have any name, brackets and blanks included.
std::optional<ProcessStat> parse_process_stat(std::string_view line);

/// What a whole sandbox uses, summed over the descendants of its first process (orphans become its
/// children). Approximate: short-lived processes may be missed, which is why it is only used where
/// there are no control groups.
struct TreeUsage {
    std::int64_t cpu_us = 0;
    std::int64_t memory_bytes = 0;
    std::uint64_t processes = 0;
};

TreeUsage usage_of_tree(pid_t first, const std::filesystem::path& proc = "/proc");

}  // namespace codencollab::runner
