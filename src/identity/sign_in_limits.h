#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/rate_limiter.h"
#include "gateway/accounts.h"

#include <string_view>

namespace codencollab::identity {

/// How often one address, and one user's password, may be tried. Threads: any.
class SignInLimits {
  public:
    /// The clock must outlive it.
    SignInLimits(const Limits& limits, const Clock& clock);

    gateway::AuthResult<> take_sign_up(std::string_view address);
    gateway::AuthResult<> take_guest(std::string_view address);
    gateway::AuthResult<> take_sign_in(std::string_view address);
    gateway::AuthResult<> take_refresh(std::string_view address);
    /// One try of the password of this e-mail. Taken before the password is looked at, so that
    /// tries at once cannot pass the limit together; given back when it was right.
    gateway::AuthResult<> take_try(std::string_view email);
    void give_back_try(std::string_view email);

  private:
    RateLimiter sign_ups_;
    RateLimiter guests_;
    RateLimiter sign_ins_;
    RateLimiter refreshes_;
    RateLimiter tries_;
};

}  // namespace codencollab::identity
