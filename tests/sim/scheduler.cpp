#include "sim/scheduler.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace codencollab::sim {

class Scheduler::Pending final : public Timer::Handle {
  public:
    Pending(Scheduler& scheduler, std::uint32_t slot, std::uint32_t generation)
        : scheduler_(scheduler), slot_(slot), generation_(generation) {}
    ~Pending() override {
        if (scheduler_.slots_[slot_].generation == generation_) {
            const Task dropped = scheduler_.take(slot_);
        }
    }

  private:
    Scheduler& scheduler_;
    std::uint32_t slot_;
    std::uint32_t generation_;
};

Scheduler::Entry Scheduler::add(SteadyTime time, Task task) {
    if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(slots_.size()));
        slots_.emplace_back();
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    slots_[slot].task = std::move(task);
    const Entry entry{std::max(time, now_), dice_.next(), slot, slots_[slot].generation};
    heap_.push_back(entry);
    std::ranges::push_heap(heap_, later);
    return entry;
}

Timer Scheduler::timer(std::chrono::nanoseconds delay, Task task) {
    const Entry entry = add(now_ + delay, std::move(task));
    return Timer(std::make_unique<Pending>(*this, entry.slot, entry.generation));
}

Task Scheduler::take(std::uint32_t slot) {
    ++slots_[slot].generation;
    free_.push_back(slot);
    return std::exchange(slots_[slot].task, {});
}

void Scheduler::drop_stale() {
    while (!heap_.empty() && slots_[heap_.front().slot].generation != heap_.front().generation) {
        std::ranges::pop_heap(heap_, later);
        heap_.pop_back();
    }
}

bool Scheduler::run_next() {
    drop_stale();
    if (heap_.empty()) return false;
    std::ranges::pop_heap(heap_, later);
    const Entry next = heap_.back();
    heap_.pop_back();
    now_ = std::max(now_, next.time);
    ++events_;
    trace_.set_time(now_.time_since_epoch().count());
    take(next.slot)();
    return true;
}

SteadyTime Scheduler::next_time() const {
    // A cancelled event counts here: only whoever waits for a time asks, and then too early is
    // fine.
    return heap_.empty() ? SteadyTime::max() : heap_.front().time;
}

}  // namespace codencollab::sim
