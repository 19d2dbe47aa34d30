#include "store/account_rows.h"

#include <string>

namespace codencollab::store {

namespace {

constexpr std::string_view user_columns =
    "identity_users.id, email, password_hash, is_guest, user_metadata, identity_users.created_at,"
    " updated_at, email_confirmed_at, last_sign_in_at, banned_until";
constexpr std::string_view session_columns =
    "identity_sessions.id, user_id, method, refresh_key, refresh_counter,"
    " identity_sessions.created_at, refreshed_at, user_agent";

identity::UserRecord read_user(Query& query) {
    return {
        .id = query.read_id<UserTag>(),
        .email = query.read_text(),
        .password_hash = query.read_text(),
        .is_guest = query.read_integer() != 0,
        .metadata_json = query.read_text(),
        .created_at = query.read_time(),
        .updated_at = query.read_time(),
        .email_confirmed_at = query.read_optional_time(),
        .last_sign_in_at = query.read_optional_time(),
        .banned_until = query.read_optional_time()};
}

identity::SessionRecord read_session(Query& query) {
    return {
        .id = query.read_id<SessionTag>(),
        .user = query.read_id<UserTag>(),
        .method = query.read_text(),
        .key = query.read_text(),
        .counter = static_cast<std::uint64_t>(query.read_integer()),
        .created_at = query.read_time(),
        .refreshed_at = query.read_time(),
        .user_agent = query.read_text()};
}

/// Null for an empty text: a guest has no e-mail, and UNIQUE lets any number of nulls be.
void bind_text_or_null(Query& query, std::string_view text) {
    if (text.empty()) {
        query.bind_null();
    } else {
        query.bind_text(text);
    }
}

}  // namespace

std::optional<identity::UserRecord> find_user(Connection& connection, const UserId& user) {
    Query query = connection.query(
        std::string("select ").append(user_columns).append(" from identity_users where id = ?"));
    query.bind(user);
    if (!query.next_row()) return std::nullopt;
    return read_user(query);
}

std::optional<identity::UserRecord> find_user_by_email(
    Connection& connection, std::string_view email) {
    Query query = connection.query(
        std::string("select ").append(user_columns).append(" from identity_users where email = ?"));
    query.bind_text(email);
    if (!query.next_row()) return std::nullopt;
    return read_user(query);
}

std::optional<identity::SessionWithUser> find_session(
    Connection& connection, const SessionId& session) {
    Query query = connection.query(std::string("select ")
                                       .append(session_columns)
                                       .append(", ")
                                       .append(user_columns)
                                       .append(" from identity_sessions join identity_users"
                                               " on identity_users.id = user_id"
                                               " where identity_sessions.id = ?"));
    query.bind(session);
    if (!query.next_row()) return std::nullopt;
    return identity::SessionWithUser{.session = read_session(query), .user = read_user(query)};
}

void insert_user(Connection& connection, const identity::UserRecord& user) {
    Query query = connection.query(
        "insert into identity_users (id, email, password_hash, is_guest, user_metadata, created_at,"
        " updated_at, email_confirmed_at, last_sign_in_at, banned_until)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(user.id);
    bind_text_or_null(query, user.email);
    bind_text_or_null(query, user.password_hash);
    query.bind(std::int64_t{user.is_guest})
        .bind_text(user.metadata_json)
        .bind(user.created_at)
        .bind(user.updated_at)
        .bind(user.email_confirmed_at)
        .bind(user.last_sign_in_at)
        .bind(user.banned_until)
        .run();
}

void update_user(Connection& connection, const identity::UserRecord& user) {
    Query query = connection.query(
        "update identity_users set email = ?, password_hash = ?, is_guest = ?, user_metadata = ?,"
        " updated_at = ?, email_confirmed_at = ?, last_sign_in_at = ?, banned_until = ?"
        " where id = ?");
    bind_text_or_null(query, user.email);
    bind_text_or_null(query, user.password_hash);
    query.bind(std::int64_t{user.is_guest})
        .bind_text(user.metadata_json)
        .bind(user.updated_at)
        .bind(user.email_confirmed_at)
        .bind(user.last_sign_in_at)
        .bind(user.banned_until)
        .bind(user.id)
        .run();
}

void insert_session(Connection& connection, const identity::SessionRecord& session) {
    connection
        .query(
            "insert into identity_sessions (id, user_id, method, created_at, refreshed_at,"
            " refresh_key, refresh_counter, user_agent) values (?, ?, ?, ?, ?, ?, ?, ?)"
            " on conflict (id) do nothing")
        .bind(session.id)
        .bind(session.user)
        .bind_text(session.method)
        .bind(session.created_at)
        .bind(session.refreshed_at)
        .bind_blob(session.key)
        .bind(static_cast<std::int64_t>(session.counter))
        .bind_text(session.user_agent)
        .run();
}

void update_session(Connection& connection, const identity::SessionRecord& session) {
    connection
        .query("update identity_sessions set refresh_counter = ?, refreshed_at = ? where id = ?")
        .bind(static_cast<std::int64_t>(session.counter))
        .bind(session.refreshed_at)
        .bind(session.id)
        .run();
}

std::vector<SessionId> sessions_of(
    Connection& connection, const UserId& user, const std::optional<SessionId>& all_but) {
    Query query = connection.query("select id from identity_sessions where user_id = ?");
    query.bind(user);
    std::vector<SessionId> sessions;
    while (query.next_row()) {
        const auto id = query.read_id<SessionTag>();
        if (!all_but || id != *all_but) sessions.push_back(id);
    }
    return sessions;
}

bool end_session(Connection& connection, const SessionId& session, WallTime at) {
    const int removed =
        connection.query("delete from identity_sessions where id = ?").bind(session).run();
    if (removed == 0) return false;
    connection.query("insert or replace into identity_ended_sessions (id, ended_at) values (?, ?)")
        .bind(session)
        .bind(at)
        .run();
    return true;
}

}  // namespace codencollab::store
