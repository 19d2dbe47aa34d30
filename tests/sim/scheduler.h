#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "sim/dice.h"
#include "sim/trace.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace codencollab::sim {

/// Everything that will happen in the world, in the order of virtual time; what happens at one
/// moment, in drawn order. Time jumps from one event to the next.
///
/// Ownership: what it runs must not outlive whom it touches: hold weak handles in tasks, or keep
///            the `Timer`.
class Scheduler {
  public:
    Scheduler(Dice dice, Trace& trace) : dice_(dice), trace_(trace) {}

    SteadyTime now() const { return now_; }

    void after(std::chrono::nanoseconds delay, Task task) { add(now_ + delay, std::move(task)); }
    void at(SteadyTime time, Task task) { add(time, std::move(task)); }
    [[nodiscard]] Timer timer(std::chrono::nanoseconds delay, Task task);

    /// Runs the next event; false when there is none.
    bool run_next();
    /// When the next event is; none: far in the future.
    SteadyTime next_time() const;
    /// Nothing happens until then: time passes.
    void pass_until(SteadyTime time) { now_ = std::max(now_, time); }
    std::size_t events() const { return events_; }

  private:
    class Pending;
    struct Slot {
        Task task;
        std::uint32_t generation = 0;
    };
    struct Entry {
        SteadyTime time;
        std::uint64_t draw;
        std::uint32_t slot;
        std::uint32_t generation;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.time != b.time ? a.time > b.time : a.draw > b.draw;
    }

    Entry add(SteadyTime time, Task task);
    Task take(std::uint32_t slot);
    void drop_stale();

    Dice dice_;
    Trace& trace_;
    SteadyTime now_{};
    std::size_t events_ = 0;
    std::vector<Entry> heap_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> free_;
};

}  // namespace codencollab::sim
