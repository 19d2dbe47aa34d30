#include "net/timer_queue.h"

#include <utility>

namespace codencollab::net {

Timer TimerQueue::add(SteadyTime due, Task task) {
    auto entry = std::make_unique<Entry>(due, std::move(task));
    entries_.insert(*entry);
    return Timer(std::move(entry));
}

std::optional<SteadyTime> TimerQueue::next() const {
    if (entries_.empty()) return std::nullopt;
    return entries_.begin()->due;
}

void TimerQueue::run_due(SteadyTime now) {
    // What a task sets is due at the clock's time then, which is after `now`.
    while (!entries_.empty() && entries_.begin()->due <= now) {
        Entry& entry = *entries_.begin();
        entries_.erase(entries_.begin());
        // It may be destroyed by what it does.
        Task due = std::move(entry.task);
        due();
    }
}

}  // namespace codencollab::net
