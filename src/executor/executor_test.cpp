// The client against the real runner, which this very program becomes when it is started as one.
#include "base/random.h"
#include "executor/piston_executor.h"
#include "executor/runner_process.h"
#include "runner/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace codencollab::executor {
namespace {

using room::RunFailure;
using testing::HasSubstr;

/// A loop that the test's own thread turns while it waits.
class TestLoop final : public Loop {
  public:
    void post(Task task) override {
        const std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
        arrived_.notify_one();
    }
    Timer after(std::chrono::milliseconds, Task) override { return {}; }
    bool is_current() const override { return true; }

    /// Runs what is posted until `done`; false after a minute without.
    template <class Done>
    bool turn_until(Done done) {
        while (!done()) {
            Task task;
            {
                std::unique_lock lock(mutex_);
                const bool any = arrived_.wait_for(
                    lock, std::chrono::minutes(1), [&] { return !tasks_.empty(); });
                if (!any) return false;
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            task();
        }
        return true;
    }

  private:
    std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Task> tasks_;
};

struct Told {
    std::string version;
    std::string output;
    std::string compile;
    int finishes = 0;
    room::RunResult result;
};

room::RunRequest bash(std::string code) {
    SystemRandom random;
    return {
        .id = RunId::random(random),
        .language = "bash",
        .version = "*",
        .code = std::move(code),
        .stdin_text = {},
        .args = {}};
}

/// One runner for all tests: to start it takes longer than they do.
struct SharedRunner {
    SharedRunner() {
        settings.arguments = {"runner"};
        settings.backoff_first = std::chrono::milliseconds(50);
        executor = client.make_for(loop);
        runner.emplace(
            settings,
            random,
            [this](PistonAddress address) {
                client.set_address(std::move(address));
                loop.post([this] { ++ups; });
            },
            [this](std::string reason) {
                client.set_unavailable(std::move(reason));
                loop.post([this] { ++downs; });
            });
        loop.turn_until([this] { return ups + downs > 0; });
    }

    RunnerProcessSettings settings;
    SystemRandom random;
    TestLoop loop;
    int ups = 0;
    int downs = 0;
    PistonClient client;
    std::unique_ptr<room::Executor> executor;
    std::optional<RunnerProcess> runner;
};

/// A process's first child, or 0.
pid_t child_of(pid_t parent) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        std::ifstream in(entry.path() / "stat");
        pid_t process = 0;
        std::string name;
        char state = 0;
        pid_t of = 0;
        if (in >> process >> name >> state >> of && of == parent && state != 'Z') return process;
    }
    return 0;
}

class RealRunner : public testing::Test {
  protected:
    static void SetUpTestSuite() { shared = std::make_unique<SharedRunner>(); }
    static void TearDownTestSuite() { shared.reset(); }

    void SetUp() override {
        if (shared->ups == 0)
            GTEST_SKIP() << "This host cannot isolate programs; see the log above.";
    }

    RunId start(room::RunRequest request) {
        request.id = RunId::random(shared->random);
        if (request.version.empty()) request.version = "*";
        room::RunObserver observer;
        observer.queued = [](std::size_t) {};
        observer.started = [this](std::string version) { told_.version = std::move(version); };
        observer.output = [this](room::OutputStream stream, const std::string& data) {
            (stream == room::OutputStream::compile ? told_.compile : told_.output) += data;
        };
        observer.finished = [this](room::RunResult result) {
            ++told_.finishes;
            told_.result = std::move(result);
        };
        const RunId id = request.id;
        shared->executor->start(std::move(request), std::move(observer));
        return id;
    }
    const room::RunResult& wait() const {
        EXPECT_TRUE(shared->loop.turn_until([&] { return told_.finishes > 0; }));
        return told_.result;
    }
    bool wait_for_output(const std::string& text) const {
        return shared->loop.turn_until(
            [&] { return told_.output.find(text) != std::string::npos; });
    }

    static inline std::unique_ptr<SharedRunner> shared;
    Told told_;
};

TEST_F(RealRunner, RunsWithInputAndTellsEverything) {
    room::RunRequest request = bash("read name; echo hello $name; echo oops >&2; cat; exit 3");
    request.stdin_text = "Ada\nrest\n";
    start(std::move(request));
    const room::RunResult& result = wait();
    EXPECT_EQ(result.stdout_text, "hello Ada\nrest\n");
    EXPECT_EQ(result.stderr_text, "oops\n");
    EXPECT_EQ(result.exit_code, 3);
    EXPECT_EQ(result.failure, RunFailure::runtime_error);
    EXPECT_THAT(told_.version, testing::StartsWith("5."));
    EXPECT_THAT(told_.output, HasSubstr("hello Ada\n"));
    EXPECT_EQ(told_.finishes, 1);
}

TEST_F(RealRunner, StreamsAndTakesInputWhileItRuns) {
    room::RunRequest request = bash("echo name?; read name; echo hello $name; cat; echo end");
    request.interactive = true;
    const RunId id = start(std::move(request));
    ASSERT_TRUE(wait_for_output("name?"));
    shared->executor->write_stdin(id, "Ada\n", false);
    ASSERT_TRUE(wait_for_output("hello Ada"));
    shared->executor->write_stdin(id, "", true);
    EXPECT_EQ(wait().failure, std::nullopt);
    EXPECT_THAT(told_.output, HasSubstr("end\n"));
}

TEST_F(RealRunner, StopsARun) {
    const RunId id = start(bash("echo on; sleep 100"));
    ASSERT_TRUE(wait_for_output("on"));
    shared->executor->stop(id);
    EXPECT_EQ(wait().failure, RunFailure::killed);
    EXPECT_EQ(told_.finishes, 1);
}

TEST_F(RealRunner, KeepsApartWhatDoesNotCompile) {
    room::RunRequest request = bash("int main( { return 0; }");
    request.language = "c";
    start(std::move(request));
    const room::RunResult& result = wait();
    EXPECT_EQ(result.failure, RunFailure::compile_error);
    EXPECT_THAT(result.compile_output, HasSubstr("error"));
    EXPECT_EQ(result.output, result.compile_output);
    EXPECT_EQ(told_.compile, result.compile_output);
}

TEST_F(RealRunner, EndsABusyLoopAsTimeout) {
    start(bash("while :; do :; done"));
    const room::RunResult& result = wait();
    EXPECT_EQ(result.failure, RunFailure::timeout) << result.message;
    EXPECT_GE(result.cpu_time_ms, 990);
}

TEST_F(RealRunner, CutsEndlessOutput) {
    start(bash("yes"));
    const room::RunResult& result = wait();
    EXPECT_EQ(result.failure, RunFailure::output_limit);
    EXPECT_TRUE(result.truncated);
    EXPECT_EQ(result.stdout_text.size(), 1U << 20U);
}

TEST_F(RealRunner, SaysThatMemoryRanOut) {
    // Between the limit and the twice of it that rlimits allow where there are no control groups:
    // there the program gets no more, and says so itself.
    start(bash("python3 -c 'import signal; a = b\"x\" * (40 << 20); signal.pause()'"));
    const room::RunResult& result = wait();
    EXPECT_EQ(result.failure, RunFailure::out_of_memory) << result.message;
}

TEST_F(RealRunner, RefusesAnUnknownLanguage) {
    room::RunRequest request = bash("x");
    request.language = "cobol";
    start(std::move(request));
    EXPECT_EQ(wait().failure, RunFailure::unsupported_language);
}

TEST_F(RealRunner, ComesBackAfterItWasKilledAndTheRunEndsOnce) {
    start(bash("echo on; sleep 100"));
    ASSERT_TRUE(wait_for_output("on"));
    const pid_t process = child_of(::getpid());
    ASSERT_GT(process, 0);
    ::kill(process, SIGKILL);
    const room::RunResult& result = wait();
    EXPECT_EQ(result.failure, RunFailure::sandbox_unavailable);
    EXPECT_EQ(result.message, "The runner stopped during this run. Run again.");
    ASSERT_TRUE(shared->loop.turn_until([&] { return shared->ups == 2; }));
    EXPECT_EQ(told_.finishes, 1);
    told_ = {};
    start(bash("echo again"));
    EXPECT_EQ(wait().output, "again\n");
}

TEST(PistonClientAlone, SaysThatNothingAnswers) {
    TestLoop loop;
    SystemRandom random;
    PistonClient client;
    client.set_unavailable("No runner here.");
    const auto executor = client.make_for(loop);
    room::RunResult result;
    bool finished = false;
    room::RunObserver observer;
    observer.finished = [&](room::RunResult told) {
        result = std::move(told);
        finished = true;
    };
    executor->start(bash("true"), std::move(observer));
    ASSERT_TRUE(loop.turn_until([&] { return finished; }));
    EXPECT_EQ(result.failure, RunFailure::sandbox_unavailable);
    EXPECT_EQ(result.message, "No runner here.");
    EXPECT_EQ(executor->unavailable_reason(), "No runner here.");
}

}  // namespace
}  // namespace codencollab::executor

int main(int argc, char** argv) {
    if (argc > 1 && std::strcmp(argv[1], "runner") == 0) {
        codencollab::runner::RunnerSettings settings;
        settings.listen_port = 0;
        // Small ones, so that the tests which meet them are quick.
        settings.limits.run_cpu = std::chrono::milliseconds(1'000);
        settings.limits.run_memory_bytes = 32 << 20;
        const auto code = codencollab::runner::run(std::move(settings));
        if (!code) std::fprintf(stderr, "%s\n", code.error().message.c_str());
        return code ? *code : 1;
    }
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
