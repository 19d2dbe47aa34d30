#include "runner/cgroups.h"

#include "base/random.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

namespace codencollab::runner {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view parent_prefix = "codencollab-";
constexpr std::array needed_v1 = {"memory", "pids", "cpuacct", "cpu"};
// One core a stage; the period is the kernel's default.
constexpr int cpu_period_us = 100'000;
// All sandboxes together weigh as much as one ordinary thread for each core (v1 counts the host's
// threads one by one where no service manager groups them), so that a runaway program neither
// starves who types in another room nor is starved itself.
constexpr unsigned cpu_shares_of_a_thread_v1 = 1'024;
constexpr int cpu_weight_of_all_v2 = 100;

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
}

Result<> write_file(const fs::path& path, std::string_view value) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0 || ::write(file.get(), value.data(), value.size()) < 0) {
        return fail(
            ErrorCode::sandbox_unavailable,
            fmt::format(
                "Cannot write {} to {}: {}.",
                value,
                path.string(),
                std::generic_category().message(errno)));
    }
    return {};
}

Result<> make_folder(const fs::path& path) {
    if (::mkdir(path.c_str(), 0755) < 0 && errno != EEXIST) {
        return fail(
            ErrorCode::sandbox_unavailable,
            fmt::format(
                "Cannot make {}: {}.", path.string(), std::generic_category().message(errno)));
    }
    return {};
}

std::int64_t number_in(std::string_view text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// The number after `key` in a flat keyed file ("oom_kill 1").
std::int64_t keyed_number(std::string_view text, std::string_view key) {
    for (const std::string& line : split(text, '\n')) {
        if (line.starts_with(key) && line.size() > key.size() && line[key.size()] == ' ') {
            return number_in(std::string_view(line).substr(key.size() + 1));
        }
    }
    return 0;
}

/// A name that no other runner has: one in another pid namespace may have our process id.
std::string new_parent_name() {
    SystemRandom random;
    return fmt::format(
        "{}{}-{:08x}", parent_prefix, ::getpid(), static_cast<std::uint32_t>(random.next_u64()));
}

/// Removes the groups of runners whose process is gone; those of living ones stay. A runner in
/// another pid namespace cannot be seen, so the lock that each holds on its group decides.
void remove_leftovers(const fs::path& folder) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename();
        if (!name.starts_with(parent_prefix)) continue;
        const auto owner =
            static_cast<pid_t>(number_in(std::string_view(name).substr(parent_prefix.size())));
        if (owner <= 0 || ::kill(owner, 0) == 0 || errno != ESRCH) continue;
        const UniqueFd group(::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!group || ::flock(group.get(), LOCK_EX | LOCK_NB) != 0) continue;
        for (const fs::directory_entry& child : fs::directory_iterator(entry.path(), ignored)) {
            if (child.is_directory(ignored)) ::rmdir(child.path().c_str());
        }
        ::rmdir(entry.path().c_str());
    }
}

/// Controller → own group, of /proc/self/cgroup; the v2 hierarchy stands under the empty name.
std::map<std::string, std::string> groups_by_controller(std::string_view own_groups) {
    std::map<std::string, std::string> groups;
    for (const std::string& line : split(own_groups, '\n')) {
        const auto parts = split(line, ':');
        if (parts.size() < 3) continue;
        const std::string group = line.substr(parts[0].size() + parts[1].size() + 2);
        for (std::string& name : split(parts[1], ','))
            groups[std::move(name)] = group;
    }
    return groups;
}

/// A path as the mount shows it: what the mount's own root already covers is taken off.
fs::path below_mount(const fs::path& mount, std::string_view mount_root, std::string_view group) {
    if (mount_root != "/" && group.starts_with(mount_root)) group.remove_prefix(mount_root.size());
    while (group.starts_with('/'))
        group.remove_prefix(1);
    return group.empty() ? mount : mount / group;
}

}  // namespace

CgroupPlace find_cgroups(std::string_view mountinfo, std::string_view own_groups) {
    std::map<std::string, std::string> groups = groups_by_controller(own_groups);
    CgroupPlace v1;
    CgroupPlace v2;
    for (const std::string& line : split(mountinfo, '\n')) {
        const std::size_t dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        const auto before = split(std::string_view(line).substr(0, dash), ' ');
        const auto after = split(std::string_view(line).substr(dash + 3), ' ');
        if (before.size() < 5 || after.size() < 3) continue;
        const fs::path mount = before[4];
        if (after[0] == "cgroup2") {
            if (groups.contains("")) v2.folders[""] = below_mount(mount, before[3], groups[""]);
        } else if (after[0] == "cgroup") {
            for (const std::string& controller : split(after[2], ',')) {
                if (!groups.contains(controller)) continue;
                v1.folders[controller] = below_mount(mount, before[3], groups[controller]);
            }
        }
    }
    if (std::ranges::all_of(needed_v1, [&](auto name) { return v1.folders.contains(name); })) {
        v1.version = CgroupVersion::v1;
        return v1;
    }
    if (!v2.folders.empty()) v2.version = CgroupVersion::v2;
    return v2;
}

std::vector<CgroupWrite> limit_writes(CgroupVersion version, const StageLimits& limits) {
    const std::string memory = fmt::to_string(limits.memory_bytes);
    // The sandbox's first process counts as well.
    const std::string processes = fmt::to_string(limits.processes + 1);
    switch (version) {
        case CgroupVersion::none:
            return {};
        case CgroupVersion::v1:
            return {
                {"memory", "memory.limit_in_bytes", memory, true},
                // After the limit above: the kernel refuses a total below it.
                {"memory", "memory.memsw.limit_in_bytes", memory, false},
                {"pids", "pids.max", processes, true},
                {"cpu", "cpu.cfs_period_us", fmt::to_string(cpu_period_us), false},
                {"cpu", "cpu.cfs_quota_us", fmt::to_string(cpu_period_us), false},
            };
        case CgroupVersion::v2:
            return {
                {"", "memory.max", memory, true},
                {"", "memory.swap.max", "0", false},
                {"", "memory.oom.group", "1", false},
                {"", "pids.max", processes, true},
                {"", "cpu.max", fmt::format("{0} {0}", cpu_period_us), false},
            };
    }
    return {};
}

StageCgroup::~StageCgroup() {
    for (const auto& [controller, folder] : folders_)
        ::rmdir(folder.c_str());
}

Result<> StageCgroup::add(pid_t process) {
    for (const auto& [controller, folder] : folders_) {
        if (auto added = write_file(folder / "cgroup.procs", fmt::to_string(process)); !added) {
            return added;
        }
    }
    return {};
}

std::string StageCgroup::read(const char* controller, const char* file) const {
    const auto folder = folders_.find(version_ == CgroupVersion::v2 ? "" : controller);
    return folder == folders_.end() ? std::string() : read_file(folder->second / file);
}

std::int64_t StageCgroup::cpu_us() const {
    if (version_ == CgroupVersion::v1) return number_in(read("cpuacct", "cpuacct.usage")) / 1000;
    return keyed_number(read("", "cpu.stat"), "usage_usec");
}

std::int64_t StageCgroup::memory_peak_bytes() const {
    if (version_ == CgroupVersion::v1)
        return number_in(read("memory", "memory.max_usage_in_bytes"));
    return number_in(read("", "memory.peak"));
}

bool StageCgroup::memory_was_hit() const {
    if (version_ == CgroupVersion::v1) {
        return keyed_number(read("memory", "memory.oom_control"), "oom_kill") > 0;
    }
    return keyed_number(read("", "memory.events"), "oom_kill") > 0;
}

bool StageCgroup::processes_were_hit() const {
    return keyed_number(read("pids", "pids.events"), "max") > 0;
}

UniqueFd StageCgroup::watch_memory() const {
    const auto folder = folders_.find("memory");
    if (version_ != CgroupVersion::v1 || folder == folders_.end()) return {};
    UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const UniqueFd control(
        ::open((folder->second / "memory.oom_control").c_str(), O_RDONLY | O_CLOEXEC));
    if (!event || !control) return {};
    const auto registered = write_file(
        folder->second / "cgroup.event_control", fmt::format("{} {}", event.get(), control.get()));
    if (!registered) return {};
    return event;
}

Cgroups::Cgroups() {
    const CgroupPlace place =
        find_cgroups(read_file("/proc/self/mountinfo"), read_file("/proc/self/cgroup"));
    Result<> opened = fail(ErrorCode::sandbox_unavailable, "No control groups are mounted here.");
    if (place.version == CgroupVersion::v1) opened = open_v1(place);
    if (place.version == CgroupVersion::v2) opened = open_v2(place);
    if (opened) {
        version_ = place.version;
    } else {
        why_not_ = opened.error().message;
        for (const auto& [controller, folder] : parents_)
            ::rmdir(folder.c_str());
        parents_.clear();
    }
}

Cgroups::~Cgroups() {
    for (const auto& [controller, folder] : parents_)
        ::rmdir(folder.c_str());
}

Result<> Cgroups::open_v1(const CgroupPlace& place) {
    const std::string name = new_parent_name();
    for (const char* controller : needed_v1) {
        const fs::path& folder = place.folders.find(controller)->second;
        remove_leftovers(folder);
        if (auto made = make_parent(folder / name); !made) return made;
        parents_[controller] = folder / name;
    }
    return {};
}

Result<> Cgroups::open_v2(const CgroupPlace& place) {
    const std::string name = new_parent_name();
    const fs::path& own = place.folders.find("")->second;
    // Our own group first. A group that holds processes cannot hand controllers down unless it is
    // the root, so when it is not, the hierarchy's root is tried (a service manager has enabled
    // the controllers there).
    std::vector<fs::path> candidates = {own};
    for (fs::path up = own; fs::exists(up.parent_path() / "cgroup.controllers");) {
        up = up.parent_path();
        if (!fs::exists(up.parent_path() / "cgroup.controllers")) candidates.push_back(up);
    }
    Result<> last = fail(ErrorCode::sandbox_unavailable, "The control group hands nothing down.");
    for (const fs::path& folder : candidates) {
        remove_leftovers(folder);
        last = write_file(folder / "cgroup.subtree_control", "+memory +pids +cpu");
        if (!last) continue;
        const fs::path parent = folder / name;
        if (last = make_parent(parent); !last) {
            ::rmdir(parent.c_str());
            continue;
        }
        parents_[""] = parent;
        return {};
    }
    return last;
}

Result<> Cgroups::make_parent(const fs::path& parent) {
    // Between the making and the lock another runner's clean-up may take the group away.
    for (bool is_locked = false; !is_locked || !fs::exists(parent);) {
        if (auto made = make_folder(parent); !made) return made;
        UniqueFd& lock = locks_[parent];
        lock = UniqueFd(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!lock && errno == ENOENT) continue;
        if (!lock || ::flock(lock.get(), LOCK_SH) != 0) {
            return fail(
                ErrorCode::sandbox_unavailable,
                fmt::format(
                    "Cannot lock {}: {}.",
                    parent.string(),
                    std::generic_category().message(errno)));
        }
        is_locked = true;
    }
    // Weights are a courtesy to the rest of the host; a kernel without them still isolates.
    if (fs::exists(parent / "cpu.shares")) {
        const unsigned shares =
            cpu_shares_of_a_thread_v1 * std::max(1U, std::thread::hardware_concurrency());
        (void)write_file(parent / "cpu.shares", fmt::to_string(shares));
    }
    if (!fs::exists(parent / "cgroup.subtree_control")) return {};
    (void)write_file(parent / "cpu.weight", fmt::to_string(cpu_weight_of_all_v2));
    return write_file(parent / "cgroup.subtree_control", "+memory +pids +cpu");
}

Result<StageCgroup> Cgroups::make(std::string_view name, const StageLimits& limits) {
    StageCgroup group;
    if (version_ == CgroupVersion::none) return group;
    group.version_ = version_;
    for (const auto& [controller, parent] : parents_) {
        const fs::path folder = parent / name;
        auto made = make_folder(folder);
        if (!made && !fs::exists(parent)) {
            // Somebody who heeds no lock removed our empty group.
            if (made = make_parent(parent); made) made = make_folder(folder);
        }
        if (!made) return std::unexpected(made.error());
        group.folders_[controller] = folder;
    }
    for (const CgroupWrite& write : limit_writes(version_, limits)) {
        const auto folder = group.folders_.find(write.controller);
        if (auto written = write_file(folder->second / write.file, write.value);
            !written && write.required) {
            return std::unexpected(written.error());
        }
    }
    return group;
}

}  // namespace codencollab::runner
