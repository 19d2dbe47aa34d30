#include "runner/cgroups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace codencollab::runner {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

constexpr auto hybrid_mounts =
    "23 22 0:21 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "24 23 0:22 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
    "25 23 0:23 / /sys/fs/cgroup/memory rw shared:4 - cgroup cgroup rw,memory\n"
    "26 23 0:24 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
    "27 23 0:25 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

TEST(CgroupPlace, TakesTheControllersOfAHybridHost) {
    const auto place =
        find_cgroups(hybrid_mounts, "8:pids:/\n4:memory:/box/a\n2:cpu,cpuacct:/\n0::/\n");
    EXPECT_EQ(place.version, CgroupVersion::v1);
    EXPECT_THAT(
        place.folders,
        UnorderedElementsAre(
            Pair("cpu", "/sys/fs/cgroup/cpu,cpuacct"),
            Pair("cpuacct", "/sys/fs/cgroup/cpu,cpuacct"),
            Pair("memory", "/sys/fs/cgroup/memory/box/a"),
            Pair("pids", "/sys/fs/cgroup/pids")));
}

TEST(CgroupPlace, TakesTheOneHierarchyOfANewHost) {
    const auto place = find_cgroups(
        "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/system.slice/run.service\n");
    EXPECT_EQ(place.version, CgroupVersion::v2);
    EXPECT_THAT(
        place.folders, UnorderedElementsAre(Pair("", "/sys/fs/cgroup/system.slice/run.service")));
}

TEST(CgroupPlace, SeesWhatAContainersMountAlreadyCovers) {
    const auto place = find_cgroups(
        "30 22 0:26 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/docker/abc/x\n");
    EXPECT_THAT(place.folders, UnorderedElementsAre(Pair("", "/sys/fs/cgroup/x")));
}

TEST(CgroupPlace, IsNowhereWithoutMounts) {
    EXPECT_EQ(find_cgroups("", "0::/\n").version, CgroupVersion::none);
    EXPECT_EQ(find_cgroups("nonsense\n\n", "nonsense").version, CgroupVersion::none);
}

std::vector<std::string> as_text(const std::vector<CgroupWrite>& writes) {
    std::vector<std::string> lines;
    lines.reserve(writes.size());
    for (const CgroupWrite& write : writes)
        lines.push_back(write.file + "=" + write.value);
    return lines;
}

TEST(CgroupLimits, AreWrittenInTheKernelsOrder) {
    StageLimits limits;
    limits.memory_bytes = 1 << 20;
    limits.processes = 64;
    // memory before memory+swap: the kernel refuses a total below the first.
    EXPECT_THAT(
        as_text(limit_writes(CgroupVersion::v1, limits)),
        testing::ElementsAre(
            "memory.limit_in_bytes=1048576",
            "memory.memsw.limit_in_bytes=1048576",
            "pids.max=65",
            "cpu.cfs_period_us=100000",
            "cpu.cfs_quota_us=100000"));
    EXPECT_THAT(
        as_text(limit_writes(CgroupVersion::v2, limits)),
        testing::ElementsAre(
            "memory.max=1048576",
            "memory.swap.max=0",
            "memory.oom.group=1",
            "pids.max=65",
            "cpu.max=100000 100000"));
    EXPECT_TRUE(limit_writes(CgroupVersion::none, limits).empty());
}

std::string read_file(const char* path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

TEST(Cgroups, LeaveTheGroupOfARunnerThatTheyCannotSeeButThatHoldsIt) {
    if (Cgroups().version() == CgroupVersion::none) GTEST_SKIP() << "no control groups here";
    const pid_t gone = ::fork();
    if (gone == 0) ::_exit(0);
    ASSERT_EQ(::waitpid(gone, nullptr, 0), gone);
    const auto place =
        find_cgroups(read_file("/proc/self/mountinfo"), read_file("/proc/self/cgroup"));
    const char* const controller = place.version == CgroupVersion::v1 ? "memory" : "";
    const std::filesystem::path group =
        place.folders.at(controller) / ("codencollab-" + std::to_string(gone) + "-test");
    ASSERT_EQ(::mkdir(group.c_str(), 0755), 0);
    UniqueFd lock(::open(group.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ASSERT_EQ(::flock(lock.get(), LOCK_SH), 0);

    {
        const Cgroups others;
    }
    EXPECT_TRUE(std::filesystem::exists(group));
    lock.reset();
    {
        const Cgroups others;
    }
    EXPECT_FALSE(std::filesystem::exists(group));
}

}  // namespace
}  // namespace codencollab::runner
