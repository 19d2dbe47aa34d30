// Real programs in real sandboxes. Where the host cannot isolate at all these are skipped, and say
// why.
#include "runner/spawner.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace codencollab::runner {
namespace {

struct Outcome {
    StageEnd end;
    std::string output;
    std::string errors;
};

std::string read_until_end(int fd) {
    std::string text;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(fd, buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
}

std::string read_file(const std::string& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

StageSpec shell(const std::string& script) {
    StageSpec spec;
    spec.argv = {"/usr/bin/bash", "-c", script};
    spec.env = {"PATH=/usr/bin:/bin", "HOME=/tmp"};
    return spec;
}

class Sandbox : public testing::Test {
  protected:
    void SetUp() override {
        ::signal(SIGPIPE, SIG_IGN);
        auto started = Spawner::start(4);
        if (!started) GTEST_SKIP() << started.error().message;
        spawner_ = std::make_unique<Spawner>(std::move(*started));
    }

    /// Starts a stage and gives back the ends of its pipes, the program's standard input ended.
    void begin(const StageSpec& spec, std::uint32_t slot = 0, bool new_folder = true) {
        int in[2];
        int out[2];
        int err[2];
        ASSERT_EQ(::pipe2(in, O_CLOEXEC), 0);
        ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
        ASSERT_EQ(::pipe2(err, O_CLOEXEC), 0);
        input_ = UniqueFd(in[1]);
        output_ = UniqueFd(out[0]);
        errors_ = UniqueFd(err[0]);
        name_ = {slot, ++stages_};
        const auto started = spawner_->start_stage(
            name_, spec, new_folder, UniqueFd(in[0]), UniqueFd(out[1]), UniqueFd(err[1]));
        ASSERT_TRUE(started) << started.error().message;
    }

    StageEnd wait_for_end() {
        while (true) {
            pollfd ready{spawner_->fd(), POLLIN, 0};
            ::poll(&ready, 1, -1);
            auto report = spawner_->receive();
            if (!report) {
                ADD_FAILURE() << report.error().message;
                return {};
            }
            if (*report) return (*report)->end;
        }
    }

    Outcome run(const StageSpec& spec, const std::string& stdin_text = {}, bool new_folder = true) {
        begin(spec, 0, new_folder);
        EXPECT_EQ(
            ::write(input_.get(), stdin_text.data(), stdin_text.size()),
            static_cast<ssize_t>(stdin_text.size()));
        input_.reset();
        Outcome outcome;
        outcome.output = read_until_end(output_.get());
        outcome.errors = read_until_end(errors_.get());
        outcome.end = wait_for_end();
        return outcome;
    }

    std::unique_ptr<Spawner> spawner_;
    UniqueFd input_;
    UniqueFd output_;
    UniqueFd errors_;
    StageName name_;
    std::uint64_t stages_ = 0;
};

TEST_F(Sandbox, RunsAProgramAndReportsItsExit) {
    const Outcome outcome =
        run(shell("read line; echo \"got $line\"; echo oops >&2; exit 3"), "tea\n");
    EXPECT_EQ(outcome.output, "got tea\n");
    EXPECT_EQ(outcome.errors, "oops\n");
    EXPECT_EQ(outcome.end.verdict, Verdict::ended) << outcome.end.message;
    EXPECT_TRUE(WIFEXITED(outcome.end.wait_status));
    EXPECT_EQ(WEXITSTATUS(outcome.end.wait_status), 3);
}

TEST_F(Sandbox, ReportsTheSignalThatEndedTheProgram) {
    const Outcome outcome = run(shell("kill -SEGV $$"));
    EXPECT_TRUE(WIFSIGNALED(outcome.end.wait_status));
    EXPECT_EQ(WTERMSIG(outcome.end.wait_status), SIGSEGV);
}

TEST_F(Sandbox, SaysWhichProgramIsMissing) {
    StageSpec spec = shell("");
    spec.argv = {"/usr/bin/no-such-program"};
    const Outcome outcome = run(spec);
    EXPECT_EQ(outcome.end.verdict, Verdict::failed);
    EXPECT_NE(outcome.end.message.find("/usr/bin/no-such-program"), std::string::npos);
}

TEST_F(Sandbox, ShowsNothingOfTheHost) {
    const Outcome outcome = run(shell("cd /; echo *; ls /home /root /var /run /sys /proc/1/root"));
    EXPECT_EQ(outcome.output, "bin box dev etc lib lib64 proc sbin tmp usr\n");
    const Outcome processes = run(shell("ls -d /proc/[0-9]* | wc -l; cat /etc/passwd | wc -l"));
    // The shell, ls and wc; the first process is hidden.
    EXPECT_LE(std::stoi(processes.output), 4);
}

TEST_F(Sandbox, HasNoPrivileges) {
    const Outcome outcome = run(shell(
        "grep -E '^(Cap(Inh|Prm|Eff|Bnd|Amb)|NoNewPrivs|Seccomp|Groups):' /proc/self/status"));
    std::istringstream lines(outcome.output);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("Cap")) {
            EXPECT_EQ(line.substr(line.size() - 16), "0000000000000000") << line;
        }
    }
    EXPECT_NE(outcome.output.find("NoNewPrivs:\t1"), std::string::npos) << outcome.output;
    EXPECT_NE(outcome.output.find("Seccomp:\t2"), std::string::npos) << outcome.output;
}

TEST_F(Sandbox, WritesOnlyWhereItMay) {
    const Outcome outcome =
        run(shell("for place in / /usr /etc /dev /proc /box /tmp /dev/shm; do"
                  "  if touch $place/mark 2>/dev/null; then echo $place; fi; done"));
    EXPECT_EQ(outcome.output, "/box\n/tmp\n/dev/shm\n");
}

TEST_F(Sandbox, HasNoNetworkButItsOwnLoopback) {
    StageSpec spec =
        shell("cat /proc/net/dev | tail -n +3 | cut -d: -f1; (echo > /dev/tcp/1.1.1.1/80) 2>&1");
    spec.loopback = true;
    const Outcome outcome = run(spec);
    EXPECT_EQ(outcome.output.substr(0, outcome.output.find('\n')), "    lo");
    EXPECT_NE(outcome.output.find("unreachable"), std::string::npos) << outcome.output;
}

TEST_F(Sandbox, KeepsTheFolderFromOneStageToTheNext) {
    StageSpec first = shell("cat notes/today.txt; echo made > made.txt");
    first.files = {{"notes/today.txt", "milk\n"}};
    EXPECT_EQ(run(first).output, "milk\n");
    EXPECT_EQ(run(shell("cat made.txt"), {}, false).output, "made\n");
    EXPECT_EQ(run(shell("ls -A"), {}, true).output, "");
}

TEST_F(Sandbox, EndsABusyLoopAtItsCpuLimit) {
    StageSpec spec = shell("while :; do :; done");
    spec.limits.cpu = std::chrono::milliseconds(200);
    const Outcome outcome = run(spec);
    EXPECT_EQ(outcome.end.verdict, Verdict::cpu_time);
    EXPECT_GE(outcome.end.cpu_us, 190'000);
    EXPECT_LE(outcome.end.cpu_us, 600'000);
}

TEST_F(Sandbox, EndsASleeperAtItsWallLimit) {
    StageSpec spec = shell("sleep 60 & sleep 60");
    spec.limits.wall = std::chrono::milliseconds(200);
    const Outcome outcome = run(spec);
    EXPECT_EQ(outcome.end.verdict, Verdict::wall_time);
    EXPECT_GE(outcome.end.setup_us + outcome.end.wall_us, 200'000);
}

TEST_F(Sandbox, EndsAProgramThatTakesTooMuchMemory) {
    StageSpec spec = shell("a=x; while :; do a=$a$a; done");
    spec.limits.memory_bytes = 32 << 20;
    const Outcome outcome = run(spec);
    EXPECT_TRUE(outcome.end.memory_hit) << static_cast<int>(outcome.end.verdict);
}

TEST_F(Sandbox, HoldsAForkBomb) {
    StageSpec spec = shell("bomb() { bomb | bomb & }; bomb; sleep 60");
    spec.limits.processes = 16;
    spec.limits.cpu = std::chrono::milliseconds(500);
    spec.limits.wall = std::chrono::milliseconds(1'500);
    const Outcome outcome = run(spec);
    if (spawner_->isolation().cgroups != CgroupVersion::none) {
        EXPECT_TRUE(outcome.end.processes_hit);
    }
}

TEST_F(Sandbox, LimitsWhatIsWrittenToTheFolder) {
    StageSpec spec = shell("head -c 9m /dev/zero > big");
    spec.limits.folder_bytes = 4 << 20;
    const Outcome outcome = run(spec);
    EXPECT_NE(outcome.errors.find("No space left"), std::string::npos) << outcome.errors;
}

TEST_F(Sandbox, TakesBackgroundProcessesAlongAtTheEnd) {
    // They hold the pipes: that reading them ends proves that they are gone.
    const Outcome outcome =
        run(shell("(trap '' TERM HUP; sleep 300) & setsid sleep 300 & echo done"));
    EXPECT_EQ(outcome.output, "done\n");
    EXPECT_EQ(outcome.end.verdict, Verdict::ended);
}

TEST_F(Sandbox, DeliversSignalsToTheProgram) {
    begin(shell("trap 'echo bye; exit 5' INT; echo ready; while :; do sleep 0.01; done"));
    char text[6];
    ASSERT_EQ(::read(output_.get(), text, sizeof text), 6);  // "ready\n"
    spawner_->signal(name_, SIGINT);
    EXPECT_EQ(read_until_end(output_.get()), "bye\n");
    EXPECT_EQ(WEXITSTATUS(wait_for_end().wait_status), 5);
}

TEST_F(Sandbox, StopsWhenAsked) {
    begin(shell("echo ready; sleep 300"));
    char text[6];
    ASSERT_EQ(::read(output_.get(), text, sizeof text), 6);
    spawner_->kill(name_);
    EXPECT_EQ(wait_for_end().verdict, Verdict::killed);
    EXPECT_EQ(read_until_end(output_.get()), "");
}

TEST_F(Sandbox, EndsWithTheRunner) {
    begin(shell("echo ready; sleep 300"));
    char text[6];
    ASSERT_EQ(::read(output_.get(), text, sizeof text), 6);
    spawner_.reset();  // what the kernel does when the runner is killed
    // Ends only when the program, which holds the pipe, is gone.
    EXPECT_EQ(read_until_end(output_.get()), "");
}

TEST_F(Sandbox, WorksAlthoughItsControlGroupWasTakenAway) {
    // What a runner in another pid namespace may do, which cannot see that this one lives. Only the
    // groups of this test's own spawner are touched: others on this host may be in use.
    namespace fs = std::filesystem;
    const std::string own = fmt::format("codencollab-{}-", spawner_->process());
    const auto place =
        find_cgroups(read_file("/proc/self/mountinfo"), read_file("/proc/self/cgroup"));
    int taken = 0;
    for (const auto& [controller, folder] : place.folders) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (!entry.path().filename().string().starts_with(own)) continue;
            taken += ::rmdir(entry.path().c_str()) == 0 ? 1 : 0;
        }
    }
    if (spawner_->isolation().cgroups == CgroupVersion::none)
        GTEST_SKIP() << "no control groups here";
    EXPECT_GT(taken, 0);
    EXPECT_EQ(run(shell("echo here")).output, "here\n");
}

TEST_F(Sandbox, ReopensItsStandardStreamsByName) {
    EXPECT_EQ(run(shell("echo one > /dev/stdout; cat /dev/stdin"), "two").output, "one\ntwo");
}

TEST_F(Sandbox, RefusesTheCallsOfTheFilter) {
    const Outcome outcome =
        run(shell("unshare -U true; unshare -m true; mount -t tmpfs x /tmp; chroot / true"));
    EXPECT_EQ(outcome.output, "");
    EXPECT_NE(WEXITSTATUS(outcome.end.wait_status), 0);
}

}  // namespace
}  // namespace codencollab::runner
