#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "base/loop.h"

#include <boost/json/object.hpp>

#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace codencollab::gateway {

/// Why a call under /auth/v1 failed: one for each situation that clients are told apart. Status,
/// code word and message of each stand in one table, gateway/auth_failures.cpp.
enum class AuthFailure {
    anonymous_disabled,
    bad_json,
    bad_jwt,
    banned,  // with a live access token
    banned_at_refresh,
    banned_at_sign_in,
    email_taken,  // by an update
    feature_disabled,
    invalid_credentials,
    invalid_email,
    invalid_metadata,
    mail_disabled,
    method_not_allowed,
    missing_bearer,
    missing_password,
    missing_refresh_token,
    not_found,
    password_needs_email,
    password_too_long,
    phone_disabled,
    provider_disabled,
    rate_limited,
    reauthentication_needed,
    refresh_rate_limited,  // 503: any 4xx to a refresh would sign the user out
    refresh_token_reused,
    refresh_token_unknown,
    same_password,
    session_ended,
    sign_up_disabled,
    unavailable,  // overloaded, or the store fails: try again
    unsupported_grant,
    unsupported_scope,
    user_deleted,
    user_exists,  // at sign-up
    weak_password,
};

struct AuthError {
    AuthFailure failure = AuthFailure::unavailable;
    int retry_after_s = 0;
    std::vector<std::string> weak_reasons;  // for weak_password: "length", …
};

template <class T = void>
using AuthResult = std::expected<T, AuthError>;
/// Answers exactly once, on the loop that was handed in.
template <class T = void>
using AuthCallback = std::move_only_function<void(AuthResult<T>)>;

/// A user as its owner may see it.
struct AuthUser {
    UserId id;
    std::string email;  // empty for a guest
    bool is_guest = false;
    boost::json::object metadata;  // written by the user; rights never depend on it
    WallTime created_at;
    WallTime updated_at;
    std::optional<WallTime> email_confirmed_at;
    std::optional<WallTime> last_sign_in_at;
};

/// What a sign-in or a refresh gives.
struct AuthSession {
    std::string access_token;
    std::string refresh_token;
    WallTime expires_at;
    std::chrono::seconds lifetime{0};
    AuthUser user;
};

/// What a user changes about themselves; what is absent stays.
struct AuthUserUpdate {
    std::optional<std::string> email;
    std::optional<std::string> password;
    std::optional<boost::json::object> metadata;  // merged key by key; null removes a key
};

/// Where a call came from: limits count by address.
struct AuthOrigin {
    std::string address;
    std::string user_agent;
};

enum class AuthScope { global, local, others };

/// Which ways in are open.
struct AuthSettings {
    bool sign_up = true;
    bool guests = true;
};

/// Everything that the routes under /auth/v1 need: users who sign up, sign in, refresh, change and
/// leave. Filled by the embedded identity; with Supabase there is none. No call waits: each answers
/// on `loop`, which must be the caller's own. Threads: any.
class Accounts {
  public:
    virtual ~Accounts() = default;

    virtual void sign_up(
        std::string email,
        std::string password,
        boost::json::object metadata,
        AuthOrigin from,
        Loop& loop,
        AuthCallback<AuthSession> done) = 0;
    virtual void sign_in_as_guest(
        boost::json::object metadata,
        AuthOrigin from,
        Loop& loop,
        AuthCallback<AuthSession> done) = 0;
    virtual void sign_in(
        std::string email,
        std::string password,
        AuthOrigin from,
        Loop& loop,
        AuthCallback<AuthSession> done) = 0;
    virtual void refresh(
        std::string refresh_token, AuthOrigin from, Loop& loop, AuthCallback<AuthSession> done) = 0;
    virtual void find_user(std::string access_token, Loop& loop, AuthCallback<AuthUser> done) = 0;
    virtual void update_user(
        std::string access_token,
        AuthUserUpdate update,
        Loop& loop,
        AuthCallback<AuthUser> done) = 0;
    virtual void sign_out(
        std::string access_token, AuthScope scope, Loop& loop, AuthCallback<> done) = 0;

    virtual AuthSettings settings() const = 0;
    /// The public keys that access tokens verify by: a JWKS document, as JSON text.
    virtual std::string jwks() const = 0;
    /// `iss` of the access tokens: "<base>/auth/v1".
    virtual std::string issuer() const = 0;
};

}  // namespace codencollab::gateway
