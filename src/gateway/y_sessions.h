#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <unordered_set>
#include <vector>

namespace codencollab::gateway {

class YSession;

/// The y-websocket sessions of a server by the loop where they live; they own themselves here.
/// Threads: each loop's sessions on that loop alone; `count` on any.
class YSessions {
  public:
    using Pointer = std::shared_ptr<YSession>;

    explicit YSessions(std::size_t loops) : on_loop_(loops) {}

    void add(std::size_t loop, Pointer session) {
        on_loop_[loop].insert(std::move(session));
        count_.fetch_add(1, std::memory_order_relaxed);
    }
    void remove(std::size_t loop, const Pointer& session) {
        count_.fetch_sub(on_loop_[loop].erase(session), std::memory_order_relaxed);
    }
    /// A copy: what is done with one may remove it.
    std::vector<Pointer> on(std::size_t loop) const {
        return {on_loop_[loop].begin(), on_loop_[loop].end()};
    }
    std::size_t count() const { return count_.load(std::memory_order_relaxed); }

  private:
    std::vector<std::unordered_set<Pointer>> on_loop_;
    std::atomic<std::size_t> count_ = 0;  // relaxed: no other memory follows from it
};

}  // namespace codencollab::gateway
