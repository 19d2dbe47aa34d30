#include "sim/sim_executor.h"

#include <utility>
#include <vector>

namespace codencollab::sim {

using std::chrono::milliseconds;

SimExecutor::SimExecutor(
    Scheduler& scheduler, NodeLoop& loop, const RunnerTroubles& troubles, Dice dice)
    : scheduler_(scheduler), loop_(loop), troubles_(troubles), dice_(dice) {
    static const auto all =
        std::make_shared<const std::vector<room::Runtime>>(std::vector<room::Runtime>{
            {"python", "3.11.2", {"py"}, "Python 3.11", ".py", "print('\u03A9')\n"},
            {"javascript", "20.9.0", {"js"}, "JavaScript", ".js", "say('\u03A9')\n"}});
    runtimes_ = all;
}

std::shared_ptr<const std::vector<room::Runtime>> SimExecutor::runtimes() const {
    return runtimes_;
}

std::string SimExecutor::unavailable_reason() const {
    return troubles_.is_away ? "No runner answers." : "";
}

void SimExecutor::later(
    const RunId& id, std::chrono::nanoseconds delay, void (SimExecutor::*step)(const RunId&)) {
    scheduler_.after(delay, [weak = weak_from_this(), id, step] {
        const auto self = weak.lock();
        if (!self) return;
        self->loop_.post([weak, id, step] {
            if (const auto executor = weak.lock()) (executor.get()->*step)(id);
        });
    });
}

void SimExecutor::start(room::RunRequest request, room::RunObserver observer) {
    Run run;
    run.observer = std::move(observer);
    run.outputs_left = dice_.percent(troubles_.flood_percent) ? 200 : dice_.below(6);
    run.hangs = dice_.percent(troubles_.hang_percent);
    run.ends_twice = dice_.percent(troubles_.twice_percent);
    run.ignores_stop = dice_.percent(troubles_.late_percent);
    if (run.ignores_stop) run.outputs_left = 60;
    const RunId id = request.id;
    runs_.insert_or_assign(id, std::move(run));
    later(id, dice_.between(5, 400), &SimExecutor::begin);
}

void SimExecutor::begin(const RunId& id) {
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    if (dice_.one_in(3)) found->second.observer.queued(1 + dice_.below(3));
    found->second.observer.started("3.11.2");
    later(id, dice_.between(1, 300), &SimExecutor::go_on);
}

void SimExecutor::go_on(const RunId& id) {
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    Run& run = found->second;
    if (run.was_stopped && !run.ignores_stop) return end(id);
    if (run.outputs_left > 0) {
        --run.outputs_left;
        const auto stream =
            dice_.one_in(4) ? room::OutputStream::stderr_ : room::OutputStream::stdout_;
        run.observer.output(stream, std::string(1 + dice_.below(80), 'o'));
        return later(id, dice_.between(1, run.ignores_stop ? 400 : 60), &SimExecutor::go_on);
    }
    if (!run.hangs) end(id);
}

void SimExecutor::end(const RunId& id) {
    const auto found = runs_.find(id);
    if (found == runs_.end()) return;
    Run& run = found->second;
    room::RunResult result;
    if (run.was_stopped) result.failure = room::RunFailure::killed;
    result.exit_code = 0;
    result.wall_time_ms = 5;
    if (std::exchange(run.ends_twice, false)) {
        later(id, dice_.between(0, 800), &SimExecutor::end);
        run.observer.finished(std::move(result));
        return;
    }
    // What it calls may start the next run.
    auto ended = runs_.extract(found);
    ended.mapped().observer.finished(std::move(result));
}

void SimExecutor::write_stdin(const RunId&, std::string, bool) {}

void SimExecutor::stop(const RunId& id) {
    const auto found = runs_.find(id);
    if (found == runs_.end() || found->second.was_stopped) return;
    found->second.was_stopped = true;
    if (found->second.ignores_stop || found->second.hangs) return;
    later(id, dice_.between(1, 50), &SimExecutor::end);
}

}  // namespace codencollab::sim
