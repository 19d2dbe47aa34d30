#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "identity/jwk.h"

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::identity {

struct TokenHeader;

/// What a good access token says.
struct TokenClaims {
    UserId user;
    std::string name;  // cleaned, never empty
    bool is_guest = false;
    WallTime expires_at;
    std::optional<SessionId> session;
};

/// Why a token is not good. The reason is for the log, and holds nothing of the token.
struct TokenRefusal {
    enum class Kind { invalid, expired } kind = Kind::invalid;
    std::string_view reason;
};

/// Which keys sign tokens. Which algorithm a token must have follows from where its key stands,
/// never from what the token says.
struct TokenKeys {
    std::map<std::string, Jwk, std::less<>> es256;  // by `kid`
    std::optional<Jwk> hs256;
};

/// Checks access tokens of one issuer: form, algorithm, key, signature, then claims; the first that
/// fails decides. Never changes after it is made. Threads: any.
class TokenVerifier {
  public:
    /// The clock must outlive it.
    TokenVerifier(std::string issuer, TokenKeys keys, const Clock& clock);

    std::expected<TokenClaims, TokenRefusal> verify(std::string_view token) const;
    const std::string& issuer() const { return issuer_; }

  private:
    const Jwk* find_key(const TokenHeader& header) const;

    std::string issuer_;
    TokenKeys keys_;
    const Clock& clock_;
};

}  // namespace codencollab::identity
