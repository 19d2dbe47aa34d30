#include "identity/caller_check.h"

#include "base/log.h"

namespace codencollab::identity {

Error invalid_token() {
    return {ErrorCode::invalid_token, "Invalid token"};
}

Result<TokenClaims> check_token(const TokenVerifier& verifier, std::string_view token) {
    if (token.empty()) return fail(ErrorCode::missing_token, "Missing token");
    auto claims = verifier.verify(token);
    if (claims) return *std::move(claims);
    spdlog::debug("A token was refused: {}.", claims.error().reason);
    if (claims.error().kind == TokenRefusal::Kind::expired) {
        return fail(ErrorCode::token_expired, "Invalid token");
    }
    return std::unexpected(invalid_token());
}

gateway::Caller to_caller(const TokenClaims& claims) {
    return {
        .user = {.id = claims.user, .name = claims.name, .is_guest = claims.is_guest},
        .expires_at = claims.expires_at,
        .session = claims.session};
}

}  // namespace codencollab::identity
