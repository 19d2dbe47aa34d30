#include "runner/mount_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace codencollab::runner {
namespace {

using Kind = MountStep::Kind;

std::size_t place_of(const std::vector<MountStep>& plan, const std::string& target) {
    const auto found =
        std::ranges::find_if(plan, [&](const MountStep& step) { return step.target == target; });
    return static_cast<std::size_t>(found - plan.begin());
}

TEST(MountPlan, ShowsOfTheHostOnlyWhatIsListed) {
    const std::set<std::string> known = {
        "/usr",
        "/etc/ld.so.cache",
        "/etc/alternatives",
        "/etc/java",
        "/dev/null",
        "/dev/zero",
        "/dev/full",
        "/dev/random",
        "/dev/urandom"};
    StageSpec spec;
    spec.binds = {{"/etc/java", "/etc/java"}};
    for (const MountStep& step : mount_plan(spec, 1000)) {
        const bool of_host =
            step.kind == Kind::usr || step.kind == Kind::device || step.kind == Kind::read_only;
        EXPECT_TRUE(!of_host || known.contains(step.source)) << step.source;
    }
}

TEST(MountPlan, LetsWritingHappenInThreePlaces) {
    std::set<std::string> writable;
    for (const MountStep& step : mount_plan(StageSpec(), 1000)) {
        if (step.kind == Kind::scratch || step.kind == Kind::job_folder)
            writable.insert(step.target);
    }
    EXPECT_EQ(writable, (std::set<std::string>{"/box", "/dev/shm", "/tmp"}));
}

TEST(MountPlan, HidesInProcAfterItIsMounted) {
    const auto plan = mount_plan(StageSpec(), 1000);
    EXPECT_LT(place_of(plan, "/proc"), place_of(plan, "/proc/kcore"));
    EXPECT_LT(place_of(plan, "/proc/kcore"), plan.size());
}

TEST(MountPlan, NamesTheUserWhoRuns) {
    const auto plan = mount_plan(StageSpec(), 60'003);
    EXPECT_NE(
        plan[place_of(plan, "/etc/passwd")].source.find("runner:x:60003:60003:"),
        std::string::npos);
}

}  // namespace
}  // namespace codencollab::runner
