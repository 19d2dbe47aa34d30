#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/loop.h"
#include "base/random.h"
#include "room/event.h"
#include "room/executor.h"
#include "room/saver.h"
#include "room/store.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace codencollab::room {

struct RunOrder;

/// The runs of one room: one at a time, each with exactly one result.
///
///     storing → queued ⇄ running → ending → finished
///
/// storing: accepted, not answered yet · ending: the result is here and being stored; whoever
/// changes the stored run tells the room · finished: kept for those who come later.
///
/// Ownership: by its room. Threads: the room's loop.
class Runs {
  public:
    struct Ports {
        Loop& loop;
        const Clock& clock;
        Random& random;
        RoomStore& store;
        Executor& executor;
        const Limits& limits;
    };
    struct Room {
        std::move_only_function<void(Event)> tell;            // everybody in the room
        std::move_only_function<void(Saver::Write)> enqueue;  // what the store must get some day
        std::move_only_function<void()> ended;
    };

    /// `last` is the newest stored run; one without a result was going on when the server stopped,
    /// and is ended here.
    Runs(Ports ports, RoomId id, std::optional<RunRecord> last, Room room);
    ~Runs();

    /// Runs `text` (UTF-8). Answers when the run is stored. Fails with `unsupported_language`,
    /// `run_in_progress` (says whose), `store_unavailable`.
    void start(
        const User& user,
        RunOrder order,
        const std::string& room_language,
        std::string text,
        Callback<RunId> done);
    Result<> stop(const User& user, const RunId& run);
    Result<> write_stdin(const User& user, const RunId& run, std::string data, bool eof);

    bool is_active() const { return active_ != nullptr; }
    std::optional<RunState> state() const;
    /// The room is deleted: the program is stopped and nobody is told.
    void abandon();

    /// How much longer than its limits a run may take before it is given up.
    static constexpr std::chrono::milliseconds grace{5'000};

  private:
    struct Active;

    void begin(RunRequest request);
    void end_unstarted(const RunId& id);
    RunObserver observer(const RunId& run);
    /// The run that is going on, if it is this one and still tells things.
    Active* living(const RunId& run);
    void on_queued(std::size_t position);
    void on_started(std::string version);
    void on_output(OutputStream stream, std::string data, const User* typist);
    void finish(RunResult result);
    void watch(std::chrono::milliseconds limit, RunFailure failure, std::string message);
    std::weak_ptr<Runs*> weak() const { return self_; }

    Ports ports_;
    RoomId id_;
    Room room_;
    std::unique_ptr<Active> active_;
    std::optional<RunState> last_;
    std::deque<std::pair<std::string, RunId>> keys_;  // idempotency keys of the newest runs
    std::shared_ptr<Runs*> self_;                     // weak copies of it are in callbacks
};

}  // namespace codencollab::room
