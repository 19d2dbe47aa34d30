#pragma once

#include "base/error.h"

#include <chrono>
#include <functional>
#include <memory>
#include <utility>

namespace codencollab {

/// Work for a loop. Runs once, on the loop's thread, and must not throw.
using Task = std::move_only_function<void()>;

/// How an asynchronous call answers: exactly once, on the loop of who asked.
template <class T = void>
using Callback = std::move_only_function<void(Result<T>)>;

/// A pending timer. Cancels when it goes out of scope, so a timer never outlives who set it.
/// Threads: its loop's thread alone.
class Timer {
  public:
    /// What a loop keeps for a pending timer; its destructor cancels.
    class Handle {
      public:
        virtual ~Handle() = default;
    };

    Timer() = default;
    explicit Timer(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
    void cancel() { handle_.reset(); }

  private:
    std::unique_ptr<Handle> handle_;
};

/// One thread's event loop: the only way by which other threads reach what belongs to it.
/// Tests and the simulation bring a deterministic one (tests/support/manual_loop.h).
class Loop {
  public:
    virtual ~Loop() = default;
    /// Runs `task` in a later turn. Threads: any. Order of posts from one thread is kept.
    virtual void post(Task task) = 0;
    /// Runs `task` after `delay`. Threads: the loop's own.
    [[nodiscard]] virtual Timer after(std::chrono::milliseconds delay, Task task) = 0;
    /// Whether the caller runs on this loop's thread.
    virtual bool is_current() const = 0;
};

}  // namespace codencollab
