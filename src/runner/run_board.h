#pragma once

#include "runner/piston_request.h"
#include "runner/poll_loop.h"
#include "runner/spawner.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::runner {

enum class StageKind { compile, run };
enum class OutputStream { out, errors };

std::string_view to_string(StageKind stage);
std::string_view to_string(OutputStream stream);

/// How a stage ended, for who asked for the run. Output was told as it came.
struct StageOutcome {
    StageKind stage = StageKind::run;
    StageEnd end;
    StageLimits limits;
    bool out_over = false;  // more than the limit was written; exactly the limit was told
    bool errors_over = false;

    bool succeeded() const;
};

/// What a run tells. Called on the board's loop, in this order; `finished` last and exactly once,
/// unless the run was cancelled. They must not call the board: who wants to, posts.
struct RunEvents {
    /// How many runs are before this one. Only when it has to wait.
    std::move_only_function<void(std::size_t position)> queued;
    std::move_only_function<void(StageKind stage)> stage_started;
    std::move_only_function<void(OutputStream stream, std::string_view bytes)> output;
    std::move_only_function<void(const StageOutcome& outcome)> stage_ended;
    std::move_only_function<void()> finished;
    /// It waited too long for its turn; nothing else follows.
    std::move_only_function<void(std::string message)> refused;
};

struct BoardSettings {
    std::size_t slots = 8;
    std::size_t queue_max = 256;
    std::chrono::milliseconds queue_wait{30'000};
    std::size_t output_bytes = 1 << 20;  // of each stream and stage
    std::size_t input_bytes = 1 << 20;   // that wait for a program to read them
};

/// All runs: those in a slot and those that wait for one. A run compiles (when its language does),
/// then runs, each in a new sandbox.
///
/// Threads: its loop's alone.
class RunBoard {
  public:
    using RunNumber = std::uint64_t;

    RunBoard(PollLoop& loop, Spawner spawner, BoardSettings settings);
    ~RunBoard();
    RunBoard(const RunBoard&) = delete;
    RunBoard& operator=(const RunBoard&) = delete;

    /// Called when the spawner is gone: no run can start or end any more.
    void on_spawner_gone(std::move_only_function<void()> gone) { spawner_gone_ = std::move(gone); }

    /// Starts or queues a run. With `keep_input` the program's input stays open for `write_input`.
    /// Fails with `sandbox_unavailable` when the queue is full. Events come in later turns.
    Result<RunNumber> submit(PistonRequest request, bool keep_input, RunEvents events);
    /// Input for the stage that runs; with `eof` the last. Past `input_bytes` the rest is dropped.
    void write_input(RunNumber number, std::string_view bytes, bool eof);
    void signal(RunNumber number, int signal);
    /// Ends the run without further events.
    void cancel(RunNumber number);
    /// Leaves the program's output in its pipes until it is resumed.
    void set_paused(RunNumber number, bool paused);

    std::size_t running_now() const;
    std::size_t queued_now() const { return queue_.size(); }

  private:
    class Run;
    friend class Run;

    void start_waiting();
    void give_up_waiting(RunNumber number);
    void take_reports();
    Run* find(RunNumber number);
    void on_stage_end(StageName name, StageEnd end);

    PollLoop& loop_;
    Spawner spawner_;
    BoardSettings settings_;
    PollLoop::Watch reports_;
    std::move_only_function<void()> spawner_gone_;
    RunNumber next_run_ = 1;
    std::uint64_t next_stage_ = 1;
    std::vector<std::unique_ptr<Run>> slots_;  // empty where no run is
    std::list<std::unique_ptr<Run>> queue_;
};

}  // namespace codencollab::runner
