// The client against the real runner, which this very program becomes when it is started as one.
#include "base/random.h"
#include "executor/piston_executor.h"
#include "executor/runner_process.h"
#include "runner/runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
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

class RealRunner : public testing::Test {
  protected:
    void SetUp() override {
        RunnerProcessSettings settings;
        settings.arguments = {"runner"};
        settings.backoff_first = std::chrono::milliseconds(50);
        executor_ = client_.make_for(loop_);
        runner_.emplace(
            settings,
            random_,
            [this](PistonAddress address) {
                client_.set_address(std::move(address));
                loop_.post([this] { ++ups_; });
            },
            [this](std::string reason) {
                client_.set_unavailable(reason);
                loop_.post([this] { ++downs_; });
            });
        ASSERT_TRUE(loop_.turn_until([&] { return ups_ + downs_ > 0; }));
        if (ups_ == 0) GTEST_SKIP() << "This host cannot isolate programs; see the log above.";
    }

    RunId start(room::RunRequest request) {
        request.id = RunId::random(random_);
        if (request.version.empty()) request.version = "*";
        room::RunObserver observer;
        observer.queued = [](std::size_t) {};
        observer.started = [this](std::string version) { told_.version = std::move(version); };
        observer.output = [this](room::OutputStream stream, std::string data) {
            (stream == room::OutputStream::compile ? told_.compile : told_.output) += data;
        };
        observer.finished = [this](room::RunResult result) {
            ++told_.finishes;
            told_.result = std::move(result);
        };
        const RunId id = request.id;
        executor_->start(std::move(request), std::move(observer));
        return id;
    }
    const room::RunResult& wait() {
        EXPECT_TRUE(loop_.turn_until([&] { return told_.finishes > 0; }));
        return told_.result;
    }
    bool wait_for_output(const std::string& text) {
        return loop_.turn_until([&] { return told_.output.find(text) != std::string::npos; });
    }

    static room::RunRequest bash(std::string code) {
        SystemRandom random;
        return {
            .id = RunId::random(random),
            .language = "bash",
            .version = "*",
            .code = std::move(code)};
    }

    SystemRandom random_;
    TestLoop loop_;
    int ups_ = 0;
    int downs_ = 0;
    Told told_;
    PistonClient client_;
    std::unique_ptr<room::Executor> executor_;
    std::optional<RunnerProcess> runner_;
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
    executor_->write_stdin(id, "Ada\n", false);
    ASSERT_TRUE(wait_for_output("hello Ada"));
    executor_->write_stdin(id, "", true);
    EXPECT_EQ(wait().failure, std::nullopt);
    EXPECT_THAT(told_.output, HasSubstr("end\n"));
}

TEST_F(RealRunner, StopsARun) {
    const RunId id = start(bash("echo on; sleep 100"));
    ASSERT_TRUE(wait_for_output("on"));
    executor_->stop(id);
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
    EXPECT_GE(result.cpu_time_ms, 2'900);
}

TEST_F(RealRunner, CutsEndlessOutput) {
    start(bash("yes"));
    const room::RunResult& result = wait();
    EXPECT_EQ(result.failure, RunFailure::output_limit);
    EXPECT_TRUE(result.truncated);
    EXPECT_EQ(result.stdout_text.size(), 1U << 20U);
}

TEST_F(RealRunner, SaysThatMemoryRanOut) {
    start(bash("a=xxxxxxxx; while :; do a=$a$a; done"));
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
    // A program cannot see the runner, so the test finds it: its only child.
    start(bash("echo on; sleep 100"));
    ASSERT_TRUE(wait_for_output("on"));
    const std::string children =
        "/proc/self/task/*/children";  // the runner was started by another thread
    FILE* found = ::popen(("cat " + children + " | tr ' ' '\\n' | head -1").c_str(), "r");
    ASSERT_NE(found, nullptr);
    int process = 0;
    ASSERT_EQ(::fscanf(found, "%d", &process), 1);
    ::pclose(found);
    ::kill(process, SIGKILL);
    const room::RunResult& result = wait();
    EXPECT_EQ(result.failure, RunFailure::sandbox_unavailable);
    EXPECT_EQ(result.message, "The runner stopped during this run. Run again.");
    ASSERT_TRUE(loop_.turn_until([&] { return ups_ == 2; }));
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
    room::RunRequest request{.id = RunId::random(random), .language = "bash", .version = "*"};
    executor->start(std::move(request), {.finished = [&](room::RunResult told) {
                        result = std::move(told);
                        finished = true;
                    }});
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
        const auto code = codencollab::runner::run(std::move(settings));
        if (!code) std::fprintf(stderr, "%s\n", code.error().message.c_str());
        return code ? *code : 1;
    }
    testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
