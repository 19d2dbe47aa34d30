#include "base/rate_limiter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace codencollab {

TokenBucket::TokenBucket(std::size_t count, std::chrono::milliseconds window, SteadyTime now)
    : capacity_(static_cast<double>(count)),
      tokens_per_ms_(static_cast<double>(count) / static_cast<double>(window.count())),
      tokens_(capacity_),
      filled_at_(now) {}

double TokenBucket::tokens_at(SteadyTime now) const {
    const std::chrono::duration<double, std::milli> passed = now - filled_at_;
    return std::min(capacity_, tokens_ + passed.count() * tokens_per_ms_);
}

std::chrono::milliseconds TokenBucket::take(SteadyTime now) {
    tokens_ = tokens_at(now);
    filled_at_ = now;
    if (tokens_ >= 1) {
        tokens_ -= 1;
        return std::chrono::milliseconds(0);
    }
    const double wait_ms = std::ceil((1 - tokens_) / tokens_per_ms_);
    return std::chrono::milliseconds(std::max(1LL, static_cast<long long>(wait_ms)));
}

void TokenBucket::give_back(SteadyTime now) {
    tokens_ = std::min(capacity_, tokens_at(now) + 1);
    filled_at_ = now;
}

bool TokenBucket::is_full(SteadyTime now) const {
    return tokens_at(now) >= capacity_;
}

RateLimiter::RateLimiter(
    std::size_t count, std::chrono::milliseconds window, const Clock& clock, std::size_t keys_max)
    : count_(count), window_(window), clock_(clock), keys_max_(keys_max) {}

void RateLimiter::forget_full(Buckets& buckets, SteadyTime now) {
    std::erase_if(buckets, [now](const auto& entry) { return entry.second.is_full(now); });
}

Result<> RateLimiter::take(std::string_view key, std::string_view what) {
    const SteadyTime now = clock_.steady_now();
    const std::chrono::milliseconds wait = buckets_.with_lock([&](Buckets& buckets) {
        auto found = buckets.find(std::string(key));
        if (found == buckets.end()) {
            if (buckets.size() >= keys_max_) forget_full(buckets, now);
            if (buckets.size() >= keys_max_) return window_;
            found = buckets.try_emplace(std::string(key), count_, window_, now).first;
        }
        return found->second.take(now);
    });
    if (wait.count() == 0) return {};
    const auto seconds = static_cast<int>((wait.count() + 999) / 1000);
    return fail(ErrorCode::rate_limited, fmt::format("{} Again in {} s.", what, seconds), seconds);
}

void RateLimiter::give_back(std::string_view key) {
    const SteadyTime now = clock_.steady_now();
    buckets_.with_lock([&](Buckets& buckets) {
        const auto found = buckets.find(std::string(key));
        if (found != buckets.end()) found->second.give_back(now);
    });
}

}  // namespace codencollab
