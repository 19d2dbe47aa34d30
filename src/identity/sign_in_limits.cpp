#include "identity/sign_in_limits.h"

#include <chrono>

namespace codencollab::identity {

namespace {

using gateway::AuthError;
using gateway::AuthFailure;
using gateway::AuthResult;

AuthResult<> take(RateLimiter& limiter, std::string_view key, AuthFailure failure) {
    const auto taken = limiter.take(key, "Too many tries.");
    if (taken) return {};
    return std::unexpected(AuthError{
        .failure = failure, .retry_after_s = taken.error().retry_after_s, .weak_reasons = {}});
}

}  // namespace

SignInLimits::SignInLimits(const Limits& limits, const Clock& clock)
    : sign_ups_(limits.signups_per_hour, std::chrono::hours(1), clock),
      guests_(limits.guests_per_hour, std::chrono::hours(1), clock),
      sign_ins_(limits.signins_per_5_minutes, std::chrono::minutes(5), clock),
      refreshes_(limits.refreshes_per_5_minutes, std::chrono::minutes(5), clock),
      tries_(limits.signin_failures_per_15_minutes, std::chrono::minutes(15), clock) {}

AuthResult<> SignInLimits::take_sign_up(std::string_view address) {
    return take(sign_ups_, address, AuthFailure::rate_limited);
}

AuthResult<> SignInLimits::take_guest(std::string_view address) {
    return take(guests_, address, AuthFailure::rate_limited);
}

AuthResult<> SignInLimits::take_sign_in(std::string_view address) {
    return take(sign_ins_, address, AuthFailure::rate_limited);
}

AuthResult<> SignInLimits::take_refresh(std::string_view address) {
    return take(refreshes_, address, AuthFailure::refresh_rate_limited);
}

AuthResult<> SignInLimits::take_try(std::string_view email) {
    return take(tries_, email, AuthFailure::rate_limited);
}

void SignInLimits::give_back_try(std::string_view email) {
    tries_.give_back(email);
}

}  // namespace codencollab::identity
