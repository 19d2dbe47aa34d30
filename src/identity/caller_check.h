#pragma once

#include "base/error.h"
#include "gateway/identity.h"
#include "identity/token_verifier.h"

#include <string_view>

namespace codencollab::identity {

/// Verifies a bearer token as gateway::Identity promises: `missing_token`, `invalid_token` or
/// `token_expired`, with the reason in the log at debug level alone.
Result<TokenClaims> check_token(const TokenVerifier& verifier, std::string_view token);

gateway::Caller to_caller(const TokenClaims& claims);

/// What a token that is not good is answered; the same for every reason.
Error invalid_token();

}  // namespace codencollab::identity
