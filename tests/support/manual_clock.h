#pragma once

#include "base/clock.h"

#include <chrono>

namespace codencollab {

/// Time that a test moves. Starts at 2026-01-01T00:00:00Z.
class ManualClock final : public Clock {
  public:
    SteadyTime steady_now() const override { return SteadyTime(elapsed_); }
    WallTime wall_now() const override { return start_ + elapsed_; }
    void advance(std::chrono::milliseconds by) { elapsed_ += by; }

  private:
    WallTime start_ = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1);
    std::chrono::milliseconds elapsed_{0};
};

}  // namespace codencollab
