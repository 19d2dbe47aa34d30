#pragma once

#include "base/limits.h"
#include "base/rate_limiter.h"

namespace codencollab::room {

/// The rates of a user that hold across all rooms and loops. Made once, shared by every `Rooms`.
/// Threads: any.
struct Limiters {
    Limiters(const Limits& limits, const Clock& clock)
        : joins(limits.joins_per_second, std::chrono::seconds(1), clock),
          runs(limits.runs_per_minute, std::chrono::minutes(1), clock),
          rooms(limits.rooms_per_hour, std::chrono::hours(1), clock) {}

    RateLimiter joins;  // entering a room over a socket
    RateLimiter runs;   // attempts to run
    RateLimiter rooms;  // new rooms
};

}  // namespace codencollab::room
