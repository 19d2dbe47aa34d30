#pragma once

#include "base/loop.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace codencollab::net {

/// The process's event loops, one thread each. The threads run from construction until `stop`.
///
/// Ownership: outlives everything that lives on a loop. Tear-down: destroy servers and what else
/// has
///            sockets (they close on their loops by run_on), then stop() or destroy the pool.
/// Threads:   constructed, stopped and destroyed by one thread that is none of the loops.
class LoopPool {
  public:
    /// At least one loop; each thread is named `loop-<i>`.
    explicit LoopPool(std::size_t count);
    ~LoopPool();
    LoopPool(const LoopPool&) = delete;
    LoopPool& operator=(const LoopPool&) = delete;

    std::size_t size() const;
    Loop& loop(std::size_t i);

    /// Runs `task` on loop `i` and waits until it has run. After stop() it runs right here, so that
    /// destructors need not know. Threads: none of the loops' own.
    void run_on(std::size_t i, Task task);

    /// Ends the threads after the turns they are in; tasks not begun by then never run, and are
    /// destroyed with the pool. Idempotent.
    void stop();

  private:
    class Member;
    std::vector<std::unique_ptr<Member>> members_;
    bool stopped_ = false;
};

}  // namespace codencollab::net
