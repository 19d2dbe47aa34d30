#pragma once

#include "identity/account_store.h"
#include "store/sqlite_connection.h"

#include <optional>
#include <string_view>
#include <vector>

namespace codencollab::store {

// Rows of users and sessions as records. Each runs inside its caller's transaction and throws
// SqliteFailure.

std::optional<identity::UserRecord> find_user(Connection& connection, const UserId& user);
std::optional<identity::UserRecord> find_user_by_email(
    Connection& connection, std::string_view email);
std::optional<identity::SessionWithUser> find_session(
    Connection& connection, const SessionId& session);

void insert_user(Connection& connection, const identity::UserRecord& user);
void update_user(Connection& connection, const identity::UserRecord& user);
void insert_session(Connection& connection, const identity::SessionRecord& session);
void update_session(Connection& connection, const identity::SessionRecord& session);

/// The user's sessions, all or all but one.
std::vector<SessionId> sessions_of(
    Connection& connection, const UserId& user, const std::optional<SessionId>& all_but);
/// Removes the session and remembers that it ended. False when it had ended before.
bool end_session(Connection& connection, const SessionId& session, WallTime at);

}  // namespace codencollab::store
