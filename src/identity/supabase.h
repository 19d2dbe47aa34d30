#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "gateway/identity.h"

#include <memory>
#include <string>

namespace codencollab::identity {

class TokenVerifier;

/// Verifies the HS256 tokens of one Supabase project. Stateless: a sign-out at Supabase shows here
/// when the token expires.
///
/// Ownership: the clock must outlive it. Threads: any.
class SupabaseIdentity final : public gateway::Identity {
  public:
    /// `url` is the project's (SUPABASE_URL), `jwt_secret` its JWT secret. Fails with `bad_payload`
    /// and one clear line for a URL that is none, or a secret under 32 bytes.
    static Result<std::unique_ptr<SupabaseIdentity>> open(
        std::string url, const std::string& jwt_secret, const Clock& clock);
    ~SupabaseIdentity() override;

    void verify(std::string token, Loop& loop, Callback<gateway::Caller> done) override;

  private:
    explicit SupabaseIdentity(std::unique_ptr<const TokenVerifier> verifier);
    std::unique_ptr<const TokenVerifier> verifier_;
};

}  // namespace codencollab::identity
