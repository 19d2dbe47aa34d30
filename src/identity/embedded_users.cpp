// What a signed-in user asks for: who they are, changes of themselves, the way out.
#include "identity/embedded_parts.h"

#include <utility>

namespace codencollab::identity {

using gateway::AuthCallback;
using gateway::AuthFailure;
using gateway::AuthResult;
using gateway::AuthScope;
using gateway::AuthUser;
using gateway::AuthUserUpdate;

namespace {

SignOutScope to_store_scope(AuthScope scope) {
    switch (scope) {
        case AuthScope::global:
            return SignOutScope::global;
        case AuthScope::local:
            return SignOutScope::local;
        case AuthScope::others:
            return SignOutScope::others;
    }
    return SignOutScope::global;
}

}  // namespace

void EmbeddedIdentity::find_user(
    std::string access_token, Loop& loop, AuthCallback<AuthUser> done) {
    parts_->find_caller(
        access_token, loop, [done = std::move(done)](AuthResult<SessionWithUser> caller) mutable {
            if (!caller) return done(std::unexpected(caller.error()));
            done(Parts::to_auth_user(caller->user));
        });
}

void EmbeddedIdentity::update_user(
    std::string access_token, AuthUserUpdate update, Loop& loop, AuthCallback<AuthUser> done) {
    Parts& parts = *parts_;
    parts.find_caller(
        access_token,
        loop,
        [&parts, update = std::move(update), &loop, done = std::move(done)](
            AuthResult<SessionWithUser> caller) mutable {
            if (!caller) return done(std::unexpected(caller.error()));
            auto checked = check_update(std::move(update), *caller, parts.now());
            if (!checked) return done(std::unexpected(checked.error()));
            if (!checked->password) {
                return parts.store_update(
                    caller->session, *std::move(checked), "", loop, std::move(done));
            }
            parts.change_password(*caller, *std::move(checked), loop, std::move(done));
        });
}

void EmbeddedIdentity::Parts::change_password(
    const SessionWithUser& caller, CheckedUpdate update, Loop& loop, AuthCallback<AuthUser> done) {
    std::string password = update.password.value_or("");
    std::string old_hash = caller.user.password_hash;
    auto hashed =
        [this, session = caller.session, update = std::move(update), &loop, done = std::move(done)](
            AuthResult<std::string> hash) mutable {
            if (!hash) return done(std::unexpected(hash.error()));
            store_update(session, std::move(update), *std::move(hash), loop, std::move(done));
        };
    auto compared =
        [this, password, &loop, hashed = std::move(hashed)](Result<bool> is_same) mutable {
            if (!is_same) return hashed(auth_unavailable(is_same.error()));
            if (*is_same) return hashed(auth_fail(AuthFailure::same_password));
            hasher.hash(
                std::move(password),
                loop,
                [hashed = std::move(hashed)](Result<std::string> hash) mutable {
                    if (!hash) return hashed(auth_unavailable(hash.error()));
                    hashed(*std::move(hash));
                });
        };
    if (old_hash.empty()) return compared(false);
    hasher.verify(std::move(password), std::move(old_hash), loop, std::move(compared));
}

void EmbeddedIdentity::Parts::store_update(
    const SessionRecord& session,
    CheckedUpdate update,
    std::string password_hash,
    Loop& loop,
    AuthCallback<AuthUser> done) {
    // Whoever knew the old password is out; the one who changed it stays.
    const auto end_all_but = password_hash.empty() ? std::nullopt : std::optional(session.id);
    auto change =
        [update = std::move(update), password_hash = std::move(password_hash), at = now()](
            UserRecord& user) { return apply_update(update, password_hash, at, user); };
    store.change_user(
        session.user,
        std::move(change),
        end_all_but,
        now(),
        loop,
        [this, done = std::move(done)](Result<AccountStore::ChangedUser> changed) mutable {
            if (!changed) return done(auth_unavailable(changed.error()));
            revoke(changed->ended);
            switch (changed->outcome) {
                case UserChange::changed:
                    return done(to_auth_user(*changed->user));
                case UserChange::refused:
                    return done(auth_fail(AuthFailure::invalid_metadata));
                case UserChange::email_taken:
                    return done(auth_fail(AuthFailure::email_taken));
                case UserChange::no_such_user:
                    return done(auth_fail(AuthFailure::user_deleted));
            }
        });
}

void EmbeddedIdentity::sign_out(
    std::string access_token, AuthScope scope, Loop& loop, AuthCallback<> done) {
    Parts& parts = *parts_;
    parts.find_caller(
        access_token,
        loop,
        [&parts, scope, &loop, done = std::move(done)](AuthResult<SessionWithUser> caller) mutable {
            if (!caller) return done(std::unexpected(caller.error()));
            parts.store.end_sessions(
                caller->user.id,
                caller->session.id,
                to_store_scope(scope),
                parts.now(),
                loop,
                [&parts, done = std::move(done)](Result<std::vector<SessionId>> ended) mutable {
                    if (!ended) return done(auth_unavailable(ended.error()));
                    parts.revoke(*ended);
                    done({});
                });
        });
}

}  // namespace codencollab::identity
