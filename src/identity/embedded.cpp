#include "identity/embedded.h"

#include "identity/account_rules.h"
#include "identity/caller_check.h"
#include "identity/embedded_parts.h"
#include "identity/refresh_token.h"

#include <sodium.h>

#include <memory>
#include <utility>

namespace codencollab::identity {

using gateway::AuthCallback;
using gateway::AuthFailure;
using gateway::AuthOrigin;
using gateway::AuthResult;
using gateway::AuthSession;

EmbeddedIdentity::EmbeddedIdentity(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

EmbeddedIdentity::~EmbeddedIdentity() = default;

Result<std::unique_ptr<EmbeddedIdentity>> EmbeddedIdentity::open(
    EmbeddedConfig config,
    AccountStore& store,
    const Clock& clock,
    Random& random,
    const Limits& limits) {
    if (sodium_init() < 0) {
        return fail(ErrorCode::identity_unavailable, "libsodium cannot start on this machine.");
    }
    auto key = SigningKey::load_or_make(config.data_directory);
    if (!key) return std::unexpected(std::move(key).error());
    const WallTime now = clock.wall_now();
    auto ended = store.ended_sessions(now - access_token_lifetime);
    if (!ended) return std::unexpected(std::move(ended).error());

    while (config.base_url.ends_with('/'))
        config.base_url.pop_back();
    auto parts =
        std::make_unique<Parts>(std::move(config), *std::move(key), store, clock, random, limits);
    for (const EndedSession& session : *ended)
        parts->revoked.add(session.id, session.at, now);
    return std::unique_ptr<EmbeddedIdentity>(new EmbeddedIdentity(std::move(parts)));
}

void EmbeddedIdentity::start_sweeping(Loop& loop) {
    parts_->sweep(loop);
}

void EmbeddedIdentity::verify(std::string token, Loop&, Callback<gateway::Caller> done) {
    const auto claims = check_token(parts_->verifier, token);
    if (!claims) return done(std::unexpected(claims.error()));
    const std::optional<SessionId>& session = claims->session;
    if (!session || parts_->revoked.contains(*session)) {
        spdlog::debug("A token was refused: its session has ended.");
        return done(std::unexpected(invalid_token()));
    }
    done(to_caller(*claims));
}

namespace {

/// A user who is new at `now`.
AuthResult<UserRecord> new_user(
    const UserId& id, const boost::json::object& metadata, WallTime now) {
    auto stored = merge_metadata("{}", metadata);
    if (!stored) return auth_fail(AuthFailure::invalid_metadata);
    return UserRecord{
        .id = id,
        .email = {},
        .password_hash = {},
        .is_guest = true,
        .metadata_json = *std::move(stored),
        .created_at = now,
        .updated_at = now,
        .email_confirmed_at = {},
        .last_sign_in_at = now,
        .banned_until = {}};
}

}  // namespace

void EmbeddedIdentity::sign_up(
    std::string email,
    std::string password,
    boost::json::object metadata,
    AuthOrigin from,
    Loop& loop,
    AuthCallback<AuthSession> done) {
    Parts& parts = *parts_;
    if (!parts.config.sign_up) return done(auth_fail(AuthFailure::sign_up_disabled));
    auto address = clean_email(email);
    if (!address) return done(auth_fail(AuthFailure::invalid_email));
    if (password.empty()) return done(auth_fail(AuthFailure::missing_password));
    if (auto error = judge_new_password(password)) return done(std::unexpected(*error));
    auto user = new_user(UserId::random(parts.random), metadata, parts.now());
    if (!user) return done(std::unexpected(user.error()));
    if (auto taken = parts.limits.take_sign_up(from.address); !taken) {
        return done(std::unexpected(taken.error()));
    }
    user->email = *std::move(address);
    user->email_confirmed_at = user->created_at;
    user->is_guest = false;
    parts.hasher.hash(
        std::move(password),
        loop,
        [&parts, user = *std::move(user), from = std::move(from), &loop, done = std::move(done)](
            Result<std::string> hash) mutable {
            if (!hash) return done(auth_unavailable(hash.error()));
            user.password_hash = *std::move(hash);
            parts.create(std::move(user), "password", from, loop, std::move(done));
        });
}

void EmbeddedIdentity::sign_in_as_guest(
    boost::json::object metadata, AuthOrigin from, Loop& loop, AuthCallback<AuthSession> done) {
    Parts& parts = *parts_;
    if (!parts.config.guests) return done(auth_fail(AuthFailure::anonymous_disabled));
    auto user = new_user(UserId::random(parts.random), metadata, parts.now());
    if (!user) return done(std::unexpected(user.error()));
    if (auto taken = parts.limits.take_guest(from.address); !taken) {
        return done(std::unexpected(taken.error()));
    }
    parts.create(*std::move(user), "anonymous", from, loop, std::move(done));
}

void EmbeddedIdentity::sign_in(
    std::string email,
    std::string password,
    AuthOrigin from,
    Loop& loop,
    AuthCallback<AuthSession> done) {
    Parts& parts = *parts_;
    if (auto taken = parts.limits.take_sign_in(from.address); !taken) {
        return done(std::unexpected(taken.error()));
    }
    auto address = clean_email(email);
    if (!address) return done(auth_fail(AuthFailure::invalid_credentials));
    if (auto taken = parts.limits.take_try(*address); !taken) {
        return done(std::unexpected(taken.error()));
    }
    auto judged =
        [&parts, address = *address, from = std::move(from), &loop, done = std::move(done)](
            std::optional<UserRecord> user, Result<bool> is_right) mutable {
            if (!is_right) {
                parts.limits.give_back_try(address);  // nobody looked at the password
                return done(auth_unavailable(is_right.error()));
            }
            if (!*is_right || !user) return done(auth_fail(AuthFailure::invalid_credentials));
            parts.limits.give_back_try(address);
            if (parts.is_banned(*user)) return done(auth_fail(AuthFailure::banned_at_sign_in));
            parts.start_session(*std::move(user), from, loop, std::move(done));
        };
    auto found = [&parts, password = std::move(password), &loop, judged = std::move(judged)](
                     Result<std::optional<UserRecord>> user) mutable {
        if (!user) return judged(std::nullopt, std::unexpected(user.error()));
        std::string hash = *user ? (*user)->password_hash : std::string();
        parts.hasher.verify(
            std::move(password),
            std::move(hash),
            loop,
            [user = *std::move(user), judged = std::move(judged)](Result<bool> is_right) mutable {
                judged(std::move(user), std::move(is_right));
            });
    };
    parts.store.find_user_by_email(*address, loop, std::move(found));
}

void EmbeddedIdentity::refresh(
    std::string refresh_token, AuthOrigin from, Loop& loop, AuthCallback<AuthSession> done) {
    Parts& parts = *parts_;
    if (refresh_token.empty()) return done(auth_fail(AuthFailure::missing_refresh_token));
    if (auto taken = parts.limits.take_refresh(from.address); !taken) {
        return done(std::unexpected(taken.error()));
    }
    const auto token = parse_refresh_token(refresh_token);
    if (!token) return done(auth_fail(AuthFailure::refresh_token_unknown));

    // Written on the store's thread inside the transaction, read here after its commit.
    auto refused = std::make_shared<std::optional<AuthFailure>>();
    auto decide = [&parts, token = *token, refused, now = parts.now()](SessionWithUser& stored) {
        refused->reset();
        if (!is_genuine(token, stored.session)) {
            *refused = AuthFailure::refresh_token_unknown;
            return SessionFate::keep;
        }
        if (parts.is_banned(stored.user)) {
            *refused = AuthFailure::banned_at_refresh;
            return SessionFate::keep;
        }
        switch (judge(token, stored.session, now)) {
            case RefreshVerdict::rotate:
                ++stored.session.counter;
                stored.session.refreshed_at = now;
                return SessionFate::store_changes;
            case RefreshVerdict::repeat:
                return SessionFate::keep;
            case RefreshVerdict::never_made:
                *refused = AuthFailure::refresh_token_unknown;
                return SessionFate::keep;
            case RefreshVerdict::reused:
                break;
        }
        *refused = AuthFailure::refresh_token_reused;
        return SessionFate::end;
    };
    parts.store.refresh_session(
        token->session,
        std::move(decide),
        parts.now(),
        loop,
        [&parts, refused, done = std::move(done)](
            Result<std::optional<SessionWithUser>> found) mutable {
            if (!found) return done(auth_unavailable(found.error()));
            if (!*found) return done(auth_fail(AuthFailure::refresh_token_unknown));
            if (*refused == AuthFailure::refresh_token_reused) {
                parts.revoke({(*found)->session.id});
            }
            if (*refused) return done(auth_fail(**refused));
            done(parts.to_auth_session((*found)->session, (*found)->user));
        });
}

gateway::AuthSettings EmbeddedIdentity::settings() const {
    return {.sign_up = parts_->config.sign_up, .guests = parts_->config.guests};
}

std::string EmbeddedIdentity::jwks() const {
    return parts_->key.jwks();
}

std::string EmbeddedIdentity::issuer() const {
    return parts_->issuer;
}

}  // namespace codencollab::identity
