#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/rate_limiter.h"

#include <chrono>

namespace codencollab::gateway {

/// How much a user may say in a second, over all their connections of every protocol.
/// Threads: any.
struct EventRates {
    EventRates(const Limits& limits, const Clock& clock)
        : code_events(limits.code_events_per_second, std::chrono::seconds(1), clock),
          chats(limits.chats_per_second, std::chrono::seconds(1), clock) {}

    RateLimiter code_events;
    RateLimiter chats;
};

}  // namespace codencollab::gateway
