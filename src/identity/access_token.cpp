#include "identity/access_token.h"

#include "identity/account_rules.h"

#include <boost/json.hpp>

namespace codencollab::identity {

namespace json = boost::json;

namespace {

std::int64_t to_unix_s(WallTime time) {
    return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::string make_access_token(
    const SigningKey& key,
    const std::string& issuer,
    const SessionRecord& session,
    const UserRecord& user,
    WallTime now) {
    json::object provider;
    if (!user.is_guest) provider = {{"provider", "email"}, {"providers", json::array{"email"}}};
    // `amr` says how and when the user signed in; refreshes do not change it.
    json::array methods = {
        json::object{{"method", session.method}, {"timestamp", to_unix_s(session.created_at)}}};
    const json::object claims{
        {"iss", issuer},
        {"sub", user.id.view()},
        {"aud", "authenticated"},
        {"exp", to_unix_s(now + access_token_lifetime)},
        {"iat", to_unix_s(now)},
        {"email", user.email},
        {"phone", ""},
        {"app_metadata", std::move(provider)},
        {"user_metadata", shown_metadata(user.metadata_json, user.id, user.email)},
        {"role", "authenticated"},
        {"aal", "aal1"},
        {"amr", std::move(methods)},
        {"session_id", session.id.view()},
        {"is_anonymous", user.is_guest},
    };
    return key.sign(json::serialize(claims));
}

}  // namespace codencollab::identity
