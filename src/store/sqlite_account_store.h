#pragma once

#include "identity/account_store.h"
#include "store/sqlite_worker.h"

#include <memory>

namespace codencollab::store {

/// Users and sessions of the embedded identity in SQLite.
class SqliteAccountStore final : public identity::AccountStore {
  public:
    explicit SqliteAccountStore(std::shared_ptr<SqliteWorker> worker);

    void create_user(
        identity::UserRecord user,
        identity::SessionRecord session,
        Loop& loop,
        Callback<bool> done) override;
    void find_user(
        UserId user, Loop& loop, Callback<std::optional<identity::UserRecord>> done) override;
    void find_user_by_email(
        std::string email, Loop& loop, Callback<std::optional<identity::UserRecord>> done) override;
    void start_session(identity::SessionRecord session, Loop& loop, Callback<bool> done) override;
    void find_session(
        SessionId session,
        Loop& loop,
        Callback<std::optional<identity::SessionWithUser>> done) override;
    void refresh_session(
        SessionId session,
        Decide decide,
        WallTime at,
        Loop& loop,
        Callback<std::optional<identity::SessionWithUser>> done) override;
    void change_user(
        UserId user,
        Change change,
        std::optional<SessionId> end_all_but,
        WallTime at,
        Loop& loop,
        Callback<ChangedUser> done) override;
    void end_sessions(
        UserId user,
        SessionId session,
        identity::SignOutScope scope,
        WallTime at,
        Loop& loop,
        Callback<std::vector<SessionId>> done) override;
    void sweep(WallTime before, WallTime tokens_dead_before, Loop& loop, Callback<std::size_t> done)
        override;
    Result<std::vector<identity::EndedSession>> ended_sessions(WallTime since) override;

  private:
    std::shared_ptr<SqliteWorker> worker_;
};

}  // namespace codencollab::store
