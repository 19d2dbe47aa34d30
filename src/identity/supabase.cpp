#include "identity/supabase.h"

#include "identity/caller_check.h"
#include "identity/token_verifier.h"

#include <cstddef>
#include <utility>

namespace codencollab::identity {

namespace {

// RFC 7518, 3.2: a key as long as the hash; a shorter one could be guessed from any token.
constexpr std::size_t secret_bytes_min = 32;

bool is_url(std::string_view url) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (url.starts_with(scheme) && url.size() > scheme.size()) {
            return url.find_first_of(" \t\r\n?#") == std::string_view::npos;
        }
    }
    return false;
}

}  // namespace

SupabaseIdentity::SupabaseIdentity(std::unique_ptr<const TokenVerifier> verifier)
    : verifier_(std::move(verifier)) {}

SupabaseIdentity::~SupabaseIdentity() = default;

Result<std::unique_ptr<SupabaseIdentity>> SupabaseIdentity::open(
    std::string url, const std::string& jwt_secret, const Clock& clock) {
    while (url.ends_with('/'))
        url.pop_back();
    if (!is_url(url)) {
        return fail(
            ErrorCode::bad_payload,
            "SUPABASE_URL is no URL. It is the project's, such as https://abc.supabase.co.");
    }
    if (jwt_secret.size() < secret_bytes_min) {
        return fail(
            ErrorCode::bad_payload,
            "SUPABASE_JWT_SECRET is missing or shorter than 32 characters. Copy it from the "
            "project's settings, JWT Keys.");
    }
    TokenKeys keys;
    keys.hs256 = Jwk::from_secret(jwt_secret);
    if (!keys.hs256) return fail(ErrorCode::internal, "SUPABASE_JWT_SECRET cannot be used.");
    auto verifier = std::make_unique<const TokenVerifier>(url + "/auth/v1", std::move(keys), clock);
    return std::unique_ptr<SupabaseIdentity>(new SupabaseIdentity(std::move(verifier)));
}

void SupabaseIdentity::verify(std::string token, Loop&, Callback<gateway::Caller> done) {
    const auto claims = check_token(*verifier_, token);
    if (!claims) return done(std::unexpected(claims.error()));
    done(to_caller(*claims));
}

}  // namespace codencollab::identity
