#pragma once

#include "base/loop.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <utility>

namespace codencollab {

/// A loop for adapters that have threads of their own: other threads post to it, and the test's
/// thread runs what they posted while it waits for what it wants. Timers never fire.
class WaitingLoop final : public Loop {
  public:
    void post(Task task) override {
        const std::lock_guard lock(mutex_);
        posted_.push_back(std::move(task));
        changed_.notify_one();
    }
    Timer after(std::chrono::milliseconds, Task) override { return {}; }
    bool is_current() const override { return true; }

    /// Runs what is posted until `is_done()`. A test that waits for what never comes fails.
    template <class Done>
    void run_until(Done&& is_done) {
        while (!is_done()) {
            std::unique_lock lock(mutex_);
            constexpr std::chrono::seconds patience{60};
            if (!changed_.wait_for(lock, patience, [this] { return !posted_.empty(); })) {
                throw std::runtime_error("nothing was posted for a minute");
            }
            Task task = std::move(posted_.front());
            posted_.pop_front();
            lock.unlock();
            task();
        }
    }

    /// Calls `start(callback)` and waits for the value that the callback gets.
    template <class T, class Start>
    T await(Start&& start) {
        std::optional<T> answer;
        start([&answer](T value) { answer.emplace(std::move(value)); });
        run_until([&answer] { return answer.has_value(); });
        return *std::move(answer);
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Task> posted_;
};

}  // namespace codencollab
