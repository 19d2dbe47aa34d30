#pragma once

#include "base/guarded.h"
#include "base/loop.h"
#include "base/unique_fd.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace codencollab::runner {

/// An event loop that also watches descriptors (pipes of programs, the spawner's socket). It has no
/// thread of its own: `run` lends it the caller's.
///
/// Threads: `post` and `stop` from any; all else on the thread in `run`, or before it.
class PollLoop final : public Loop {
  public:
    using OnReady = std::move_only_function<void()>;

    /// A watched descriptor. Ends the watch when it goes out of scope; the descriptor is not owned.
    class Watch {
      public:
        Watch() = default;
        Watch(PollLoop& loop, std::uint64_t key) : loop_(&loop), key_(key) {}
        Watch(Watch&& other) noexcept
            : loop_(std::exchange(other.loop_, nullptr)), key_(other.key_) {}
        Watch& operator=(Watch&& other) noexcept {
            std::swap(loop_, other.loop_);
            std::swap(key_, other.key_);
            return *this;
        }
        ~Watch() { cancel(); }
        void cancel();
        explicit operator bool() const { return loop_ != nullptr; }

      private:
        PollLoop* loop_ = nullptr;
        std::uint64_t key_ = 0;
    };

    enum class Direction { readable, writable };

    PollLoop();
    ~PollLoop() override;
    PollLoop(const PollLoop&) = delete;
    PollLoop& operator=(const PollLoop&) = delete;

    void post(Task task) override;
    [[nodiscard]] Timer after(std::chrono::milliseconds delay, Task task) override;
    bool is_current() const override;

    /// Calls `ready` in each turn in which `fd` can be read or written without waiting (or has
    /// failed), until the watch goes. One watch for each descriptor.
    [[nodiscard]] Watch watch(int fd, Direction direction, OnReady ready);

    /// Turns until `stop`.
    void run();
    void stop();

  private:
    class TimerHandle;
    struct Watched {
        int fd;
        std::shared_ptr<OnReady> ready;
    };
    /// By time, then in the order in which they were set.
    using TimerKey = std::pair<std::chrono::steady_clock::time_point, std::uint64_t>;
    using Timers = std::map<TimerKey, Task>;
    struct Inbox {
        std::vector<Task> tasks;
        bool stopped = false;
    };

    void wake();
    bool run_posted();
    void run_timers();
    int wait_ms() const;

    UniqueFd epoll_;
    UniqueFd wake_;
    Guarded<Inbox> inbox_;
    std::shared_ptr<Timers> timers_ = std::make_shared<Timers>();
    std::map<std::uint64_t, Watched> watched_;
    std::uint64_t next_key_ = 1;
    std::thread::id thread_;
};

}  // namespace codencollab::runner
