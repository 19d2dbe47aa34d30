#pragma once

#include <mutex>
#include <utility>

namespace codencollab {

/// Data that several threads change, rarely: reached only under its lock, and only values come out.
template <class T>
class Guarded {
  public:
    Guarded() = default;
    explicit Guarded(T data) : data_(std::move(data)) {}

    /// Calls `use(data)` under the lock and returns what it returns, by value.
    template <class Use>
    auto with_lock(Use&& use) {
        const std::lock_guard lock(mutex_);
        return std::forward<Use>(use)(data_);
    }

  private:
    std::mutex mutex_;
    T data_{};
};

}  // namespace codencollab
