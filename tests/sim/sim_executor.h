#pragma once

#include "room/executor.h"
#include "sim/dice.h"
#include "sim/node_loop.h"
#include "sim/scheduler.h"

#include <cstddef>
#include <map>
#include <memory>
#include <string>

namespace codencollab::sim {

/// What of a runner's troubles is on at the moment, as chances that a new run has it.
struct RunnerTroubles {
    std::size_t hang_percent = 0;
    std::size_t twice_percent = 0;
    std::size_t late_percent = 0;
    std::size_t flood_percent = 0;
    bool is_away = false;
};

/// One node's way to the runner. Its runs print a little and end, or they hang, end twice, end
/// after they were given up, or print without end.
class SimExecutor final : public room::Executor, public std::enable_shared_from_this<SimExecutor> {
  public:
    SimExecutor(Scheduler& scheduler, NodeLoop& loop, const RunnerTroubles& troubles, Dice dice);

    std::shared_ptr<const std::vector<room::Runtime>> runtimes() const override;
    std::string unavailable_reason() const override;
    void start(room::RunRequest request, room::RunObserver observer) override;
    void write_stdin(const RunId& run, std::string data, bool eof) override;
    void stop(const RunId& run) override;

    /// The node has died.
    void die() { runs_.clear(); }

    /// Starter code of every language: one token's worth of it can be counted.
    static constexpr char16_t starter_mark = u'\u03A9';

  private:
    struct Run {
        room::RunObserver observer;
        std::size_t outputs_left = 0;
        bool hangs = false;
        bool ends_twice = false;
        bool ignores_stop = false;
        bool was_stopped = false;
    };

    void later(
        const RunId& id, std::chrono::nanoseconds delay, void (SimExecutor::*step)(const RunId&));
    void begin(const RunId& id);
    void go_on(const RunId& id);
    void end(const RunId& id);

    Scheduler& scheduler_;
    NodeLoop& loop_;
    const RunnerTroubles& troubles_;
    Dice dice_;
    std::shared_ptr<const std::vector<room::Runtime>> runtimes_;
    std::map<RunId, Run> runs_;
};

}  // namespace codencollab::sim
