#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "sim/scheduler.h"

#include <chrono>
#include <deque>
#include <memory>
#include <utility>

namespace codencollab::sim {

/// A node's clocks: steady time is the world's, wall time may jump.
class NodeClock final : public Clock {
  public:
    explicit NodeClock(const Scheduler& scheduler) : scheduler_(scheduler) {}
    SteadyTime steady_now() const override { return scheduler_.now(); }
    WallTime wall_now() const override {
        return start_ + offset_ +
               std::chrono::duration_cast<WallTime::duration>(scheduler_.now().time_since_epoch());
    }
    void jump(std::chrono::seconds by) { offset_ += by; }

  private:
    const Scheduler& scheduler_;
    WallTime start_ = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    std::chrono::seconds offset_{0};
};

/// A node's loop: posts run in their order, each as an event of the world. Dies with its node:
/// nothing posted for it runs after that. Can be frozen for a while.
class NodeLoop final : public Loop, public std::enable_shared_from_this<NodeLoop> {
  public:
    explicit NodeLoop(Scheduler& scheduler) : scheduler_(scheduler) {}

    void post(Task task) override {
        posted_.push_back(std::move(task));
        schedule_turn();
    }
    Timer after(std::chrono::milliseconds delay, Task task) override {
        const SteadyTime due = scheduler_.now() + delay;
        return scheduler_.timer(std::max(due, frozen_until_) - scheduler_.now(), std::move(task));
    }
    bool is_current() const override { return true; }

    /// The process stands still until then; what is due meanwhile happens afterwards.
    void freeze(SteadyTime until) { frozen_until_ = std::max(frozen_until_, until); }
    bool is_frozen() const { return scheduler_.now() < frozen_until_; }
    bool is_idle() const { return posted_.empty(); }
    void drop_all() { const std::deque<Task> dropped = std::exchange(posted_, {}); }

  private:
    void schedule_turn() {
        scheduler_.at(frozen_until_, [weak = weak_from_this()] {
            if (const auto loop = weak.lock()) loop->turn();
        });
    }
    void turn() {
        if (is_frozen()) return schedule_turn();
        if (posted_.empty()) return;
        Task task = std::move(posted_.front());
        posted_.pop_front();
        task();
    }

    Scheduler& scheduler_;
    SteadyTime frozen_until_{};
    std::deque<Task> posted_;
};

}  // namespace codencollab::sim
