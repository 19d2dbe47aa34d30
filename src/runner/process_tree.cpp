#include "runner/process_tree.h"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace codencollab::runner {

namespace fs = std::filesystem;

namespace {

std::string first_line(const fs::path& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line;
}

/// Proportional memory: shared pages count once over all who share them.
std::int64_t memory_of(const fs::path& process) {
    std::ifstream in(process / "smaps_rollup");
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("Pss:")) {
            std::istringstream words(line.substr(4));
            std::int64_t kib = 0;
            words >> kib;
            return kib * 1024;
        }
    }
    return 0;
}

}  // namespace

std::optional<ProcessStat> parse_process_stat(std::string_view line) {
    ProcessStat stat;
    const auto number = std::from_chars(line.data(), line.data() + line.size(), stat.process);
    const std::size_t name_end = line.rfind(')');
    if (number.ec != std::errc() || name_end == std::string_view::npos) return std::nullopt;
    std::istringstream words{std::string(line.substr(name_end + 1))};
    std::string state;
    words >> state >> stat.parent;
    // Fields 5 to 13 of proc(5) stand between the parent and the times.
    std::string skipped;
    for (int field = 5; field <= 13; ++field)
        words >> skipped;
    std::uint64_t own_user = 0;
    std::uint64_t own_system = 0;
    std::uint64_t waited_user = 0;
    std::uint64_t waited_system = 0;
    words >> own_user >> own_system >> waited_user >> waited_system;
    if (!words) return std::nullopt;
    stat.ticks = own_user + own_system + waited_user + waited_system;
    return stat;
}

TreeUsage usage_of_tree(pid_t first, const fs::path& proc) {
    std::vector<ProcessStat> all;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(proc, ignored)) {
        const std::string name = entry.path().filename();
        if (name.empty() || name[0] < '1' || name[0] > '9') continue;
        if (const auto stat = parse_process_stat(first_line(entry.path() / "stat"))) {
            all.push_back(*stat);
        }
    }

    std::set<pid_t> members = {first};
    for (bool grew = true; grew;) {
        grew = false;
        for (const ProcessStat& stat : all) {
            if (members.contains(stat.parent)) grew |= members.insert(stat.process).second;
        }
    }

    TreeUsage usage;
    const std::int64_t ticks_per_second = ::sysconf(_SC_CLK_TCK);
    for (const ProcessStat& stat : all) {
        if (!members.contains(stat.process)) continue;
        usage.cpu_us += static_cast<std::int64_t>(stat.ticks) * 1'000'000 / ticks_per_second;
        usage.memory_bytes += memory_of(proc / std::to_string(stat.process));
        if (stat.process != first) ++usage.processes;
    }
    return usage;
}

}  // namespace codencollab::runner
