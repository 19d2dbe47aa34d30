#pragma once

#include "base/clock.h"
#include "base/loop.h"

namespace codencollab::gateway {

/// Says when a token's time is over. By the wall clock, which may be set meanwhile: a far end is
/// looked at again in between.
/// Threads: the loop that it watches on; after `cancel` it may go to another.
class TokenLife {
  public:
    /// `clock` outlives it.
    explicit TokenLife(const Clock& clock) : clock_(clock) {}

    /// Calls `ended` once, in a later turn of `loop`. What was watched before is forgotten.
    void watch(Loop& loop, WallTime expires_at, Task ended);
    void cancel();

  private:
    void look();

    const Clock& clock_;
    Loop* loop_ = nullptr;
    WallTime expires_at_;
    Task ended_;
    Timer timer_;
};

}  // namespace codencollab::gateway
