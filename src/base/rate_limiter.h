#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/guarded.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace codencollab {

/// One token bucket: `count` uses at once, refilled evenly over `window`. One thread at a time.
class TokenBucket {
  public:
    TokenBucket(std::size_t count, std::chrono::milliseconds window, SteadyTime now);
    /// Takes one token; 0 when there was one, else how long until there is (at least 1 ms).
    std::chrono::milliseconds take(SteadyTime now);
    /// Undoes one take, as far as the bucket has room.
    void give_back(SteadyTime now);
    /// Whether the bucket has filled up again, so that forgetting it changes nothing.
    bool is_full(SteadyTime now) const;

  private:
    double tokens_at(SteadyTime now) const;

    double capacity_;
    double tokens_per_ms_;
    double tokens_;
    SteadyTime filled_at_;
};

/// Buckets by key (a user's id, an address), bounded: full buckets are forgotten, and past
/// `keys_max` new keys are refused rather than remembered. Threads: any.
class RateLimiter {
  public:
    RateLimiter(
        std::size_t count,
        std::chrono::milliseconds window,
        const Clock& clock,
        std::size_t keys_max = 100'000);
    /// Fails with `rate_limited`; `what` opens the message: "10 runs a minute is the limit."
    Result<> take(std::string_view key, std::string_view what);
    /// Undoes one take: what was counted turned out not to count.
    void give_back(std::string_view key);

  private:
    using Buckets = std::unordered_map<std::string, TokenBucket>;
    static void forget_full(Buckets& buckets, SteadyTime now);

    std::size_t count_;
    std::chrono::milliseconds window_;
    const Clock& clock_;
    std::size_t keys_max_;
    Guarded<Buckets> buckets_;
};

}  // namespace codencollab
