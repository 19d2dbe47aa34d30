#pragma once

#include "base/loop.h"
#include "base/unique_fd.h"
#include "net/timer_queue.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace codencollab::net {

/// Who is told that a descriptor became ready.
class Watcher {
  public:
    virtual ~Watcher() = default;
    /// `events` are epoll's. It comes once for each change (edge-triggered), so what is not read
    /// or written now is the watcher's to remember.
    virtual void on_ready(std::uint32_t events) = 0;
};

/// A loop on epoll. A descriptor is registered once and for both directions, timers wait in the
/// call that waits for descriptors, and what the events of one turn ask for later (to send what
/// was queued) runs in the same turn after all of them: an idle message costs the three system
/// calls that it must, and messages that arrive together share them (docs/decisions/0005).
///
/// Ownership: outlives what lives on it; a timer may be let go of later. Threads: as Loop says;
/// everything else is for the loop's own thread.
class EventLoop final : public Loop {
  public:
    EventLoop();
    ~EventLoop() override;
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    void post(Task task) override;
    Timer after(std::chrono::milliseconds delay, Task task) override;
    bool is_current() const override;

    /// Runs turns on the calling thread until `stop`.
    void run();
    /// The turn under way is the last. Threads: any.
    void stop();

    /// `watcher` hears of both directions of the descriptor until `forget_descriptor`; what is
    /// ready already comes first. False when the kernel has no room for another.
    [[nodiscard]] bool watch(int descriptor, Watcher& watcher);
    /// Before the descriptor is closed or given away. Events of it may be under way: keeps what is
    /// told until they have passed.
    void forget_descriptor(int descriptor, std::shared_ptr<Watcher> watcher);

    /// Owns `what` until `forget`, or until the loop goes: for connections that say goodbye after
    /// their owner has left.
    void keep(std::shared_ptr<void> what) { kept_.emplace(what.get(), std::move(what)); }
    void forget(const void* what) { kept_.erase(what); }

  private:
    void turn();
    int milliseconds_to_wait() const;
    void take_posted();
    void run_tasks();
    void wake();

    UniqueFd epoll_;
    UniqueFd waker_;  // an eventfd: written, never read
    TimerQueue timers_;
    std::vector<std::shared_ptr<Watcher>> forgotten_;  // in this turn
    std::unordered_map<const void*, std::shared_ptr<void>> kept_;
    std::deque<Task> tasks_;  // of the loop's own thread
    std::mutex mutex_;
    std::deque<Task> posted_;  // by other threads; under the mutex
    std::atomic<bool> is_stopped_ = false;
};

}  // namespace codencollab::net
