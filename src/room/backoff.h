#pragma once

#include "base/random.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace codencollab::room {

/// Pauses between tries of something that fails: they double, and half of each is random, so that
/// many rooms do not come back at one moment. Threads: one.
class Backoff {
  public:
    std::chrono::milliseconds next(Random& random) {
        const auto half = static_cast<std::uint64_t>(pause_.count() / 2);
        const std::uint64_t spread = random.next_u64() % (half + 1);
        pause_ = std::min(2 * pause_, last);
        return std::chrono::milliseconds(half + spread);
    }
    void reset() { pause_ = first; }

    static constexpr std::chrono::milliseconds first{50};
    static constexpr std::chrono::milliseconds last{5'000};

  private:
    std::chrono::milliseconds pause_{first};
};

}  // namespace codencollab::room
