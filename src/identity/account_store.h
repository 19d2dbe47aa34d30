#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "base/loop.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace codencollab::identity {

/// A user of the embedded identity as the store keeps them.
struct UserRecord {
    UserId id;
    std::string email;          // lower case; empty for a guest
    std::string password_hash;  // argon2id in its text form; empty: no way in by password
    bool is_guest = false;
    std::string metadata_json = "{}";  // what the user wrote about themselves: a JSON object
    WallTime created_at;
    WallTime updated_at;
    std::optional<WallTime> email_confirmed_at;
    std::optional<WallTime> last_sign_in_at;
    std::optional<WallTime> banned_until;
};

/// One sign-in. Its refresh tokens are made of `key` and `counter` and stored nowhere.
struct SessionRecord {
    SessionId id;
    UserId user;
    std::string method;  // of the sign-in: "password", "anonymous"
    std::string key;     // 32 random bytes
    std::uint64_t counter = 0;
    WallTime created_at;
    WallTime refreshed_at;
    std::string user_agent;
};

struct SessionWithUser {
    SessionRecord session;
    UserRecord user;
};

/// What becomes of a session that somebody looked at to refresh it.
enum class SessionFate { keep, store_changes, end };

/// How a change of a user ended.
enum class UserChange { changed, refused, email_taken, no_such_user };

/// Which sessions of a user a sign-out ends.
enum class SignOutScope { global, local, others };

struct EndedSession {
    SessionId id;
    WallTime at;
};

/// The port to the users and sessions of the embedded identity. Every call answers on `loop`, never
/// within the call itself, and is one transaction. Failures are `store_unavailable`; then nothing
/// of the call is stored. Threads: any.
class AccountStore {
  public:
    virtual ~AccountStore() = default;

    /// User and first session together. False, and nothing stored, when another has the e-mail.
    virtual void create_user(
        UserRecord user, SessionRecord session, Loop& loop, Callback<bool> done) = 0;
    virtual void find_user(UserId user, Loop& loop, Callback<std::optional<UserRecord>> done) = 0;
    virtual void find_user_by_email(
        std::string email, Loop& loop, Callback<std::optional<UserRecord>> done) = 0;
    /// Stores the session and sets the user's `last_sign_in_at`. False when the user is gone.
    virtual void start_session(SessionRecord session, Loop& loop, Callback<bool> done) = 0;
    /// None when the session has ended.
    virtual void find_session(
        SessionId session, Loop& loop, Callback<std::optional<SessionWithUser>> done) = 0;

    /// Decides about a session inside the transaction that read it, so that two refreshes at once
    /// see each other: `counter` and `refreshed_at` may be changed. Runs on the store's thread,
    /// maybe more than once; must not block or throw.
    using Decide = std::move_only_function<SessionFate(SessionWithUser& stored)>;
    /// Answers what `decide` left behind; none when the session has ended before.
    virtual void refresh_session(
        SessionId session,
        Decide decide,
        WallTime at,
        Loop& loop,
        Callback<std::optional<SessionWithUser>> done) = 0;

    /// Changes a user inside the transaction that read it; `change` answers false to leave it. Runs
    /// on the store's thread, maybe more than once; must not block or throw.
    using Change = std::move_only_function<bool(UserRecord& user)>;
    struct ChangedUser {
        UserChange outcome = UserChange::no_such_user;
        std::optional<UserRecord> user;  // as it is now, unless there is none
        std::vector<SessionId> ended;    // sessions ended with the change
    };
    /// With `end_all_but`, a change that is stored also ends the user's other sessions.
    virtual void change_user(
        UserId user,
        Change change,
        std::optional<SessionId> end_all_but,
        WallTime at,
        Loop& loop,
        Callback<ChangedUser> done) = 0;

    /// Ends sessions of the user; answers which. `session` is the one that signs out.
    virtual void end_sessions(
        UserId user,
        SessionId session,
        SignOutScope scope,
        WallTime at,
        Loop& loop,
        Callback<std::vector<SessionId>> done) = 0;

    /// Removes guests who were last here before `before` and are no member of any room; answers how
    /// many. Forgets ended sessions from before `tokens_dead_before`.
    virtual void sweep(
        WallTime before, WallTime tokens_dead_before, Loop& loop, Callback<std::size_t> done) = 0;

    /// Sessions ended since `since`, whose access tokens may still be about. Waits for the store:
    /// for the start alone, before loops turn.
    virtual Result<std::vector<EndedSession>> ended_sessions(WallTime since) = 0;
};

}  // namespace codencollab::identity
