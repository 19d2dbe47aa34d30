#pragma once

#include "base/clock.h"
#include "base/loop.h"

#include <boost/intrusive/set.hpp>

#include <memory>
#include <optional>

namespace codencollab::net {

/// The timers of one loop, by when they are due; those of one time run in the order of their
/// setting. Setting, cancelling and running cost no allocation beyond the timer's own.
/// Threads: its loop's alone.
class TimerQueue {
  public:
    TimerQueue() = default;
    /// Who still holds a timer then may let go of it later.
    ~TimerQueue() { entries_.clear(); }
    TimerQueue(const TimerQueue&) = delete;
    TimerQueue& operator=(const TimerQueue&) = delete;

    Timer add(SteadyTime due, Task task);
    /// When the next one is due; none without timers.
    std::optional<SteadyTime> next() const;
    /// Runs those that are due; what they set runs in a later call.
    void run_due(SteadyTime now);

  private:
    using Hook =
        boost::intrusive::set_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    // Leaves the queue by its own destructor.
    struct Entry final : Timer::Handle, Hook {
        Entry(SteadyTime d, Task t) : due(d), task(std::move(t)) {}
        SteadyTime due;
        Task task;
    };
    struct DueOf {
        using type = SteadyTime;
        const SteadyTime& operator()(const Entry& entry) const { return entry.due; }
    };

    boost::intrusive::multiset<
        Entry,
        boost::intrusive::key_of_value<DueOf>,
        boost::intrusive::constant_time_size<false>>
        entries_;
};

}  // namespace codencollab::net
