#pragma once

#include "base/error.h"
#include "gateway/accounts.h"

#include <expected>

namespace codencollab::identity {

/// A failure that is nothing but its name.
inline std::unexpected<gateway::AuthError> auth_fail(gateway::AuthFailure failure) {
    return std::unexpected(
        gateway::AuthError{.failure = failure, .retry_after_s = 0, .weak_reasons = {}});
}

/// What the store or the hasher could not do now.
inline std::unexpected<gateway::AuthError> auth_unavailable(const Error& error) {
    return std::unexpected(gateway::AuthError{
        .failure = gateway::AuthFailure::unavailable,
        .retry_after_s = error.retry_after_s > 0 ? error.retry_after_s : 1,
        .weak_reasons = {}});
}

}  // namespace codencollab::identity
