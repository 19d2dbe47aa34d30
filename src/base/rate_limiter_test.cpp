#include "base/rate_limiter.h"

#include "support/manual_clock.h"

#include <gtest/gtest.h>

namespace codencollab {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, RefusesPastTheCountAndSaysWhenToTryAgain) {
    ManualClock clock;
    RateLimiter limiter(2, 60s, clock);
    EXPECT_TRUE(limiter.take("ada", "2 runs a minute is the limit."));
    EXPECT_TRUE(limiter.take("ada", "2 runs a minute is the limit."));
    const auto refused = limiter.take("ada", "2 runs a minute is the limit.");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::rate_limited);
    EXPECT_EQ(refused.error().retry_after_s, 30);
    EXPECT_EQ(refused.error().message, "2 runs a minute is the limit. Again in 30 s.");
    EXPECT_TRUE(limiter.take("ben", "another key has a bucket of its own"));

    clock.advance(30s);
    EXPECT_TRUE(limiter.take("ada", ""));
    EXPECT_FALSE(limiter.take("ada", ""));
}

TEST(RateLimiter, TakesBackWhatDidNotCount) {
    ManualClock clock;
    RateLimiter limiter(1, 60s, clock);
    EXPECT_TRUE(limiter.take("ada", ""));
    limiter.give_back("ada");
    limiter.give_back("ada");  // never more than the count
    EXPECT_TRUE(limiter.take("ada", ""));
    EXPECT_FALSE(limiter.take("ada", ""));
}

TEST(RateLimiter, ForgetsFullBucketsInsteadOfGrowing) {
    ManualClock clock;
    RateLimiter limiter(1, 1s, clock, 2);
    EXPECT_TRUE(limiter.take("a", ""));
    EXPECT_TRUE(limiter.take("b", ""));
    EXPECT_FALSE(limiter.take("c", ""));
    clock.advance(2s);
    EXPECT_TRUE(limiter.take("c", ""));
}

}  // namespace
}  // namespace codencollab
