#include "store/sqlite_account_store.h"

#include "store/account_rows.h"

#include <future>
#include <memory>
#include <utility>

namespace codencollab::store {

using identity::EndedSession;
using identity::SessionFate;
using identity::SessionRecord;
using identity::SessionWithUser;
using identity::SignOutScope;
using identity::UserChange;
using identity::UserRecord;

namespace {

/// A loop for one answer that its caller waits for.
class WaitingLoop final : public Loop {
  public:
    void post(Task task) override { task(); }
    Timer after(std::chrono::milliseconds, Task) override { return {}; }
    bool is_current() const override { return false; }
};

}  // namespace

SqliteAccountStore::SqliteAccountStore(std::shared_ptr<SqliteWorker> worker)
    : worker_(std::move(worker)) {}

void SqliteAccountStore::create_user(
    UserRecord user, SessionRecord session, Loop& loop, Callback<bool> done) {
    auto work = [user = std::move(user),
                 session = std::move(session)](Connection& connection) -> Result<bool> {
        // Done before, in a commit that seemed to fail.
        if (store::find_user(connection, user.id)) return true;
        if (!user.email.empty() && store::find_user_by_email(connection, user.email)) return false;
        insert_user(connection, user);
        insert_session(connection, session);
        return true;
    };
    worker_->submit<bool>(loop, 0, std::move(work), std::move(done));
}

void SqliteAccountStore::find_user(
    UserId user, Loop& loop, Callback<std::optional<UserRecord>> done) {
    using Found = std::optional<UserRecord>;
    auto work = [user](Connection& connection) -> Result<Found> {
        return store::find_user(connection, user);
    };
    worker_->submit<Found>(loop, 0, std::move(work), std::move(done));
}

void SqliteAccountStore::find_user_by_email(
    std::string email, Loop& loop, Callback<std::optional<UserRecord>> done) {
    using Found = std::optional<UserRecord>;
    auto work = [email = std::move(email)](Connection& connection) -> Result<Found> {
        return store::find_user_by_email(connection, email);
    };
    worker_->submit<Found>(loop, 0, std::move(work), std::move(done));
}

void SqliteAccountStore::start_session(SessionRecord session, Loop& loop, Callback<bool> done) {
    auto work = [session = std::move(session)](Connection& connection) -> Result<bool> {
        auto user = store::find_user(connection, session.user);
        if (!user) return false;
        user->last_sign_in_at = session.created_at;
        update_user(connection, *user);
        insert_session(connection, session);
        return true;
    };
    worker_->submit<bool>(loop, 0, std::move(work), std::move(done));
}

void SqliteAccountStore::find_session(
    SessionId session, Loop& loop, Callback<std::optional<SessionWithUser>> done) {
    using Found = std::optional<SessionWithUser>;
    auto work = [session](Connection& connection) -> Result<Found> {
        return store::find_session(connection, session);
    };
    worker_->submit<Found>(loop, 0, std::move(work), std::move(done));
}

void SqliteAccountStore::refresh_session(
    SessionId session,
    Decide decide,
    WallTime at,
    Loop& loop,
    Callback<std::optional<SessionWithUser>> done) {
    using Found = std::optional<SessionWithUser>;
    auto work =
        [session, decide = std::move(decide), at](Connection& connection) mutable -> Result<Found> {
        auto found = store::find_session(connection, session);
        if (!found) return Found();
        switch (decide(*found)) {
            case SessionFate::keep:
                break;
            case SessionFate::store_changes:
                update_session(connection, found->session);
                break;
            case SessionFate::end:
                end_session(connection, session, at);
                break;
        }
        return found;
    };
    worker_->submit<Found>(loop, 0, std::move(work), std::move(done));
}

void SqliteAccountStore::change_user(
    UserId user,
    Change change,
    std::optional<SessionId> end_all_but,
    WallTime at,
    Loop& loop,
    Callback<ChangedUser> done) {
    auto work = [user, change = std::move(change), end_all_but, at](
                    Connection& connection) mutable -> Result<ChangedUser> {
        ChangedUser answer{.outcome = UserChange::no_such_user, .user = {}, .ended = {}};
        answer.user = store::find_user(connection, user);
        if (!answer.user) return answer;
        UserRecord changed = *answer.user;
        if (!change(changed)) {
            answer.outcome = UserChange::refused;
            return answer;
        }
        if (!changed.email.empty()) {
            const auto holder = store::find_user_by_email(connection, changed.email);
            if (holder && holder->id != user) {
                answer.outcome = UserChange::email_taken;
                return answer;
            }
        }
        changed.updated_at = at;
        update_user(connection, changed);
        if (end_all_but) {
            for (const SessionId& other : sessions_of(connection, user, end_all_but)) {
                if (end_session(connection, other, at)) answer.ended.push_back(other);
            }
        }
        answer.outcome = UserChange::changed;
        answer.user = std::move(changed);
        return answer;
    };
    worker_->submit<ChangedUser>(loop, 0, std::move(work), std::move(done));
}

void SqliteAccountStore::end_sessions(
    UserId user,
    SessionId session,
    SignOutScope scope,
    WallTime at,
    Loop& loop,
    Callback<std::vector<SessionId>> done) {
    using Ended = std::vector<SessionId>;
    auto work = [user, session, scope, at](Connection& connection) -> Result<Ended> {
        Ended ended;
        const auto all_but = scope == SignOutScope::others ? std::optional(session) : std::nullopt;
        const Ended chosen =
            scope == SignOutScope::local ? Ended{session} : sessions_of(connection, user, all_but);
        for (const SessionId& one : chosen) {
            if (end_session(connection, one, at)) ended.push_back(one);
        }
        return ended;
    };
    worker_->submit<Ended>(loop, 0, std::move(work), std::move(done));
}

void SqliteAccountStore::sweep(
    WallTime before, WallTime tokens_dead_before, Loop& loop, Callback<std::size_t> done) {
    auto work = [before, tokens_dead_before](Connection& connection) -> Result<std::size_t> {
        connection.query("delete from identity_ended_sessions where ended_at < ?")
            .bind(tokens_dead_before)
            .run();
        const int removed =
            connection
                .query(
                    "delete from identity_users where is_guest = 1 and last_sign_in_at < ?"
                    " and not exists (select 1 from room_members where user_id = identity_users.id)"
                    " and not exists (select 1 from identity_sessions"
                    " where user_id = identity_users.id and refreshed_at >= ?)")
                .bind(before)
                .bind(before)
                .run();
        return static_cast<std::size_t>(removed);
    };
    worker_->submit<std::size_t>(loop, 0, std::move(work), std::move(done));
}

Result<std::vector<EndedSession>> SqliteAccountStore::ended_sessions(WallTime since) {
    using Ended = std::vector<EndedSession>;
    auto work = [since](Connection& connection) -> Result<Ended> {
        Query query = connection.query(
            "select id, ended_at from identity_ended_sessions where ended_at >= ?");
        query.bind(since);
        Ended ended;
        while (query.next_row()) {
            ended.push_back({.id = query.read_id<SessionTag>(), .at = query.read_time()});
        }
        return ended;
    };
    WaitingLoop loop;
    const auto answer = std::make_shared<std::promise<Result<Ended>>>();
    auto waiting = answer->get_future();
    worker_->submit<Ended>(loop, 0, std::move(work), [answer](Result<Ended> ended) {
        answer->set_value(std::move(ended));
    });
    return waiting.get();
}

}  // namespace codencollab::store
