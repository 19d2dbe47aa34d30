#include "gateway/auth_json.h"

#include "base/time_text.h"
#include "gateway/auth_failures.h"
#include "wire/json_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <chrono>
#include <string_view>

namespace codencollab::gateway {

namespace json = boost::json;

namespace {

// Supabase's list. Clients draw a button for each that is on.
constexpr std::array other_providers = {
    "apple",    "azure",         "bitbucket", "discord", "facebook",   "figma",
    "fly",      "github",        "gitlab",    "google",  "kakao",      "keycloak",
    "linkedin", "linkedin_oidc", "notion",    "slack",   "slack_oidc", "snapchat",
    "spotify",  "twitch",        "twitter",   "workos",  "x",          "zoom"};

std::string to_text(const json::value& value) {
    std::string text;
    wire::append_json(text, value);
    return text;
}

/// The one way in that a user with an e-mail has; guests have none.
json::array identities_of(const AuthUser& user) {
    if (user.is_guest) return {};
    const std::string since = to_iso(user.email_confirmed_at.value_or(user.created_at));
    return {json::object{
        {"identity_id", user.id.view()},
        {"id", user.id.view()},
        {"user_id", user.id.view()},
        {"identity_data",
         json::object{
             {"email", user.email},
             {"email_verified", false},
             {"phone_verified", false},
             {"sub", user.id.view()}}},
        {"provider", "email"},
        {"last_sign_in_at", to_iso(user.last_sign_in_at.value_or(user.created_at))},
        {"created_at", since},
        {"updated_at", since},
        {"email", user.email}}};
}

json::object to_object(const AuthUser& user) {
    json::object provider;
    if (!user.is_guest) provider = {{"provider", "email"}, {"providers", json::array{"email"}}};
    json::object object{
        {"id", user.id.view()},
        {"aud", "authenticated"},
        {"role", "authenticated"},
        {"email", user.email},
        {"phone", ""},
        {"app_metadata", std::move(provider)},
        {"user_metadata", user.metadata},
        {"identities", identities_of(user)},
        {"created_at", to_iso(user.created_at)},
        {"updated_at", to_iso(user.updated_at)},
        {"is_anonymous", user.is_guest}};
    if (user.email_confirmed_at) {
        object["email_confirmed_at"] = to_iso(*user.email_confirmed_at);
        object["confirmed_at"] = to_iso(*user.email_confirmed_at);
    }
    if (user.last_sign_in_at) object["last_sign_in_at"] = to_iso(*user.last_sign_in_at);
    return object;
}

}  // namespace

std::string user_json(const AuthUser& user) {
    return to_text(to_object(user));
}

std::string session_json(const AuthSession& session) {
    const auto expires_at =
        std::chrono::floor<std::chrono::seconds>(session.expires_at.time_since_epoch());
    return to_text(json::object{
        {"access_token", session.access_token},
        {"token_type", "bearer"},
        {"expires_in", session.lifetime.count()},
        {"expires_at", expires_at.count()},
        {"refresh_token", session.refresh_token},
        {"user", to_object(session.user)}});
}

std::string settings_json(const AuthSettings& settings) {
    json::object external{{"anonymous_users", settings.guests}, {"email", true}, {"phone", false}};
    for (const char* provider : other_providers)
        external[provider] = false;
    return to_text(json::object{
        {"external", std::move(external)},
        {"disable_signup", !settings.sign_up},
        {"mailer_autoconfirm", true},
        {"phone_autoconfirm", false},
        {"sms_provider", ""},
        {"saml_enabled", false},
        {"passkeys_enabled", false}});
}

std::string auth_error_json(const AuthError& error, bool versioned) {
    const AuthFailureText text = describe(error.failure);
    // OAuth's own shape, which this one keeps in both versions.
    if (error.failure == AuthFailure::missing_refresh_token) {
        return to_text(json::object{{"error", text.code}, {"error_description", text.message}});
    }
    json::object object;
    if (versioned) {
        object = {{"code", text.code}, {"message", text.message}};
    } else {
        object = {{"code", text.status}, {"error_code", text.code}, {"msg", text.message}};
    }
    if (!error.weak_reasons.empty()) {
        json::array reasons;
        for (const std::string& reason : error.weak_reasons)
            reasons.emplace_back(reason);
        object["weak_password"] = json::object{{"reasons", std::move(reasons)}};
    }
    return to_text(object);
}

}  // namespace codencollab::gateway
