#pragma once

#include "base/loop.h"
#include "support/manual_clock.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <utility>

namespace codencollab {

/// A loop without a thread: the test runs its turns and moves its time. Deterministic: posts run in
/// order, timers in order of their time and, at one time, of their making.
class ManualLoop final : public Loop {
  public:
    explicit ManualLoop(ManualClock& clock) : clock_(clock) {}

    void post(Task task) override { posted_.push_back(std::move(task)); }

    Timer after(std::chrono::milliseconds delay, Task task) override {
        const Key key{clock_.steady_now() + delay, next_number_++};
        (*timers_)[key] = std::move(task);
        return Timer(std::make_unique<Pending>(timers_, key));
    }

    bool is_current() const override { return true; }

    /// Runs what is posted, and what that posts, until nothing is left.
    void run_until_idle() {
        while (!posted_.empty()) {
            Task task = std::move(posted_.front());
            posted_.pop_front();
            task();
        }
    }

    /// Moves time forward, stopping at each timer on the way.
    void advance(std::chrono::milliseconds by) {
        const SteadyTime end = clock_.steady_now() + by;
        run_until_idle();
        while (!timers_->empty() && timers_->begin()->first.first <= end) {
            auto due = timers_->extract(timers_->begin());
            move_clock_to(due.key().first);
            due.mapped()();
            run_until_idle();
        }
        move_clock_to(end);
    }

    std::size_t pending_timers() const { return timers_->size(); }

  private:
    using Key = std::pair<SteadyTime, std::uint64_t>;
    using Timers = std::map<Key, Task>;

    class Pending final : public Timer::Handle {
      public:
        Pending(std::shared_ptr<Timers> timers, Key key) : timers_(std::move(timers)), key_(key) {}
        ~Pending() override { timers_->erase(key_); }

      private:
        std::shared_ptr<Timers> timers_;
        Key key_;
    };

    void move_clock_to(SteadyTime time) {
        if (time <= clock_.steady_now()) return;
        clock_.advance(std::chrono::ceil<std::chrono::milliseconds>(time - clock_.steady_now()));
    }

    ManualClock& clock_;
    std::deque<Task> posted_;
    std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();
    std::uint64_t next_number_ = 0;
};

}  // namespace codencollab
