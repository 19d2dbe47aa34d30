#pragma once

#include "base/loop.h"
#include "sim/dice.h"
#include "sim/scheduler.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

namespace codencollab::sim {

/// One direction of a connection: what is sent arrives in order, each thing after the link's delay,
/// until it is cut; what was on its way then is lost.
class Pipe : public std::enable_shared_from_this<Pipe> {
  public:
    Pipe(Scheduler& scheduler, Dice dice, std::chrono::milliseconds least)
        : scheduler_(scheduler), dice_(dice), least_(least) {}

    void send(Task arrival) {
        if (is_cut_) return;
        on_its_way_.push_back(std::move(arrival));
        const auto jitter = std::chrono::microseconds(dice_.below(10'000));
        arrives_at_ = std::max(arrives_at_, scheduler_.now() + least_ + jitter);
        schedule(arrives_at_);
    }

    /// Nothing arrives before `until`: the reader sleeps, or the link stalls.
    void stall(SteadyTime until) { stalled_until_ = std::max(stalled_until_, until); }
    void stall_no_longer() {
        stalled_until_ = scheduler_.now();
        // Those that wait for the old time find nothing left to do.
        for (std::size_t i = 0; i < on_its_way_.size(); ++i)
            schedule(std::max(arrives_at_, scheduler_.now()));
    }
    void cut() {
        is_cut_ = true;
        const std::deque<Task> lost = std::exchange(on_its_way_, {});
    }
    std::size_t count() const { return on_its_way_.size(); }

  private:
    void schedule(SteadyTime time) {
        scheduler_.at(time, [weak = weak_from_this()] {
            if (const auto pipe = weak.lock()) pipe->arrive();
        });
    }
    void arrive() {
        if (on_its_way_.empty()) return;
        if (scheduler_.now() < stalled_until_) return schedule(stalled_until_);
        Task next = std::move(on_its_way_.front());
        on_its_way_.pop_front();
        next();
    }

    Scheduler& scheduler_;
    Dice dice_;
    std::chrono::milliseconds least_;
    SteadyTime arrives_at_{};
    SteadyTime stalled_until_{};
    bool is_cut_ = false;
    std::deque<Task> on_its_way_;
};

}  // namespace codencollab::sim
