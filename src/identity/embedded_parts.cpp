#include "identity/embedded_parts.h"

#include "identity/account_rules.h"
#include "identity/refresh_token.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace codencollab::identity {

using gateway::AuthCallback;
using gateway::AuthFailure;
using gateway::AuthOrigin;
using gateway::AuthResult;
using gateway::AuthSession;
using gateway::AuthUser;

namespace {

constexpr std::chrono::days guest_life{30};
constexpr std::chrono::hours sweep_interval{24};
constexpr std::size_t session_key_bytes = 32;
constexpr std::size_t user_agent_bytes_max = 256;

TokenKeys keys_of(const SigningKey& key) {
    TokenKeys keys;
    keys.es256.try_emplace(key.kid(), key.key());
    return keys;
}

std::size_t threads_of(const EmbeddedConfig& config) {
    if (config.hashing_threads > 0) return config.hashing_threads;
    return std::max(std::thread::hardware_concurrency(), 1U);
}

PasswordHasher::Cost cost_of(const EmbeddedConfig& config) {
    return config.password_cost == EmbeddedConfig::PasswordCost::interactive
               ? PasswordHasher::interactive()
               : PasswordHasher::minimal();
}

}  // namespace

EmbeddedIdentity::Parts::Parts(
    EmbeddedConfig settings,
    SigningKey signing_key,
    AccountStore& account_store,
    const Clock& wall,
    Random& random_source,
    const Limits& bounds)
    : config(std::move(settings)),
      issuer(config.base_url + "/auth/v1"),
      store(account_store),
      clock(wall),
      random(random_source),
      key(std::move(signing_key)),
      verifier(issuer, keys_of(key), clock),
      revoked(access_token_lifetime),
      limits(bounds, clock),
      hasher(threads_of(config), cost_of(config)) {}

SessionRecord EmbeddedIdentity::Parts::new_session(
    const UserId& user, std::string method, const AuthOrigin& from) {
    SessionRecord session{
        .id = SessionId::random(random),
        .user = user,
        .method = std::move(method),
        .key = std::string(session_key_bytes, '\0'),
        .counter = 0,
        .created_at = now(),
        .refreshed_at = now(),
        .user_agent = from.user_agent.substr(0, user_agent_bytes_max)};
    random.fill(std::as_writable_bytes(std::span(session.key)));
    return session;
}

AuthUser EmbeddedIdentity::Parts::to_auth_user(const UserRecord& user) {
    return {
        .id = user.id,
        .email = user.email,
        .is_guest = user.is_guest,
        .metadata = shown_metadata(user.metadata_json, user.id, user.email),
        .created_at = user.created_at,
        .updated_at = user.updated_at,
        .email_confirmed_at = user.email_confirmed_at,
        .last_sign_in_at = user.last_sign_in_at};
}

AuthResult<AuthSession> EmbeddedIdentity::Parts::to_auth_session(
    const SessionRecord& session, const UserRecord& user) const {
    const WallTime issued = now();
    std::string token = make_access_token(key, issuer, session, user, issued);
    if (token.empty()) {
        spdlog::error("The signing key cannot sign.");
        return auth_fail(AuthFailure::unavailable);
    }
    return AuthSession{
        .access_token = std::move(token),
        .refresh_token = make_refresh_token(session),
        .expires_at = issued + access_token_lifetime,
        .lifetime = access_token_lifetime,
        .user = to_auth_user(user)};
}

bool EmbeddedIdentity::Parts::is_banned(const UserRecord& user) const {
    return user.banned_until && now() < *user.banned_until;
}

void EmbeddedIdentity::Parts::create(
    UserRecord user,
    std::string method,
    const AuthOrigin& from,
    Loop& loop,
    AuthCallback<AuthSession> done) {
    SessionRecord session = new_session(user.id, std::move(method), from);
    auto answer = to_auth_session(session, user);
    if (!answer) return done(std::move(answer));
    store.create_user(
        std::move(user),
        std::move(session),
        loop,
        [answer = std::move(answer), done = std::move(done)](Result<bool> created) mutable {
            if (!created) return done(auth_unavailable(created.error()));
            if (!*created) return done(auth_fail(AuthFailure::user_exists));
            done(std::move(answer));
        });
}

void EmbeddedIdentity::Parts::start_session(
    UserRecord user, const AuthOrigin& from, Loop& loop, AuthCallback<AuthSession> done) {
    SessionRecord session = new_session(user.id, "password", from);
    user.last_sign_in_at = session.created_at;
    auto answer = to_auth_session(session, user);
    if (!answer) return done(std::move(answer));
    store.start_session(
        std::move(session),
        loop,
        [answer = std::move(answer), done = std::move(done)](Result<bool> started) mutable {
            if (!started) return done(auth_unavailable(started.error()));
            if (!*started) return done(auth_fail(AuthFailure::invalid_credentials));
            done(std::move(answer));
        });
}

void EmbeddedIdentity::Parts::find_caller(
    const std::string& token, Loop& loop, AuthCallback<SessionWithUser> done) {
    const auto claims = verifier.verify(token);
    const std::optional<SessionId> session = claims ? claims->session : std::nullopt;
    if (!session) {
        spdlog::debug("A token was refused: {}.", claims ? "no session" : claims.error().reason);
        return done(auth_fail(AuthFailure::bad_jwt));
    }
    if (revoked.contains(*session)) return done(auth_fail(AuthFailure::session_ended));
    store.find_session(
        *session,
        loop,
        [this, user = claims->user, &loop, done = std::move(done)](
            Result<std::optional<SessionWithUser>> found) mutable {
            if (!found) return done(auth_unavailable(found.error()));
            if (!*found) return answer_missing_session(user, loop, std::move(done));
            if ((*found)->user.id != user) return done(auth_fail(AuthFailure::bad_jwt));
            if (is_banned((*found)->user)) return done(auth_fail(AuthFailure::banned));
            done(**std::move(found));
        });
}

void EmbeddedIdentity::Parts::answer_missing_session(
    const UserId& user, Loop& loop, AuthCallback<SessionWithUser> done) {
    store.find_user(
        user, loop, [done = std::move(done)](Result<std::optional<UserRecord>> found) mutable {
            if (!found) return done(auth_unavailable(found.error()));
            done(auth_fail(*found ? AuthFailure::session_ended : AuthFailure::user_deleted));
        });
}

void EmbeddedIdentity::Parts::revoke(const std::vector<SessionId>& sessions) {
    for (const SessionId& session : sessions)
        revoked.add(session, now(), now());
}

void EmbeddedIdentity::Parts::sweep(Loop& loop) {
    store.sweep(
        now() - guest_life, now() - access_token_lifetime, loop, [](Result<std::size_t> removed) {
            if (!removed) return spdlog::warn("Old guests were not removed: storage fails.");
            if (*removed > 0) spdlog::info("Removed {} guests of 30 days ago.", *removed);
        });
    sweep_timer = loop.after(sweep_interval, [this, &loop] { sweep(loop); });
}

}  // namespace codencollab::identity
