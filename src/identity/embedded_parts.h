#pragma once

#include "base/log.h"
#include "identity/access_token.h"
#include "identity/auth_errors.h"
#include "identity/embedded.h"
#include "identity/password_hasher.h"
#include "identity/revoked_sessions.h"
#include "identity/sign_in_limits.h"
#include "identity/signing_key.h"
#include "identity/token_verifier.h"
#include "identity/user_update.h"

#include <string>
#include <vector>

namespace codencollab::identity {

/// What the calls of EmbeddedIdentity share. Internal to identity/.
class EmbeddedIdentity::Parts {
  public:
    Parts(
        EmbeddedConfig settings,
        SigningKey signing_key,
        AccountStore& account_store,
        const Clock& wall,
        Random& random_source,
        const Limits& bounds);

    SessionRecord new_session(
        const UserId& user, std::string method, const gateway::AuthOrigin& from);
    /// The session as it goes out, with a fresh access token.
    gateway::AuthResult<gateway::AuthSession> to_auth_session(
        const SessionRecord& session, const UserRecord& user) const;
    static gateway::AuthUser to_auth_user(const UserRecord& user);
    bool is_banned(const UserRecord& user) const;

    /// Stores user and first session and answers the session; `user_exists` when the e-mail is
    /// taken.
    void create(
        UserRecord user,
        std::string method,
        const gateway::AuthOrigin& from,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthSession> done);
    void start_session(
        UserRecord user,
        const gateway::AuthOrigin& from,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthSession> done);
    /// The session and user of an access token, as stored now.
    void find_caller(
        const std::string& token, Loop& loop, gateway::AuthCallback<SessionWithUser> done);
    /// Why a session that a good token names is not there.
    void answer_missing_session(
        const UserId& user, Loop& loop, gateway::AuthCallback<SessionWithUser> done);
    void change_password(
        const SessionWithUser& caller,
        CheckedUpdate update,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthUser> done);
    /// Stores a checked update and answers the user; with a new password it ends the other
    /// sessions. `password_hash` is empty without one.
    void store_update(
        const SessionRecord& session,
        CheckedUpdate update,
        std::string password_hash,
        Loop& loop,
        gateway::AuthCallback<gateway::AuthUser> done);
    void revoke(const std::vector<SessionId>& sessions);
    void sweep(Loop& loop);

    WallTime now() const { return clock.wall_now(); }

    EmbeddedConfig config;
    std::string issuer;
    AccountStore& store;
    const Clock& clock;
    Random& random;
    SigningKey key;
    TokenVerifier verifier;
    RevokedSessions revoked;
    SignInLimits limits;
    Timer sweep_timer;
    PasswordHasher hasher;  // last: its threads end first
};

}  // namespace codencollab::identity
