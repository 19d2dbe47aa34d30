#include "identity/user_update.h"

#include "identity/account_rules.h"
#include "identity/auth_errors.h"

#include <chrono>
#include <utility>

namespace codencollab::identity {

using gateway::AuthFailure;
using gateway::AuthResult;
using gateway::AuthUserUpdate;

namespace {

// A new e-mail or password needs a sign-in this fresh: a borrowed laptop must not be enough.
constexpr std::chrono::minutes fresh_sign_in{10};

}  // namespace

AuthResult<CheckedUpdate> check_update(
    AuthUserUpdate update, const SessionWithUser& caller, WallTime now) {
    const UserRecord& user = caller.user;
    CheckedUpdate checked{.email = {}, .password = {}, .metadata = std::move(update.metadata)};
    if (update.email && !update.email->empty()) {
        auto address = clean_email(*update.email);
        if (!address) return auth_fail(AuthFailure::invalid_email);
        if (*address != user.email) checked.email = std::move(address);
    }
    if (update.password && !update.password->empty()) {
        if (user.is_guest && !checked.email) return auth_fail(AuthFailure::password_needs_email);
        if (auto error = judge_new_password(*update.password)) return std::unexpected(*error);
        checked.password = std::move(update.password);
    }
    const bool changes_sign_in = checked.email || checked.password;
    if (!user.is_guest && changes_sign_in && now - caller.session.created_at > fresh_sign_in) {
        return auth_fail(AuthFailure::reauthentication_needed);
    }
    return checked;
}

bool apply_update(
    const CheckedUpdate& update, const std::string& password_hash, WallTime now, UserRecord& user) {
    if (update.metadata) {
        auto merged = merge_metadata(user.metadata_json, *update.metadata);
        if (!merged) return false;
        user.metadata_json = *std::move(merged);
    }
    if (update.email) {
        user.email = *update.email;
        user.email_confirmed_at = now;
        user.is_guest = false;
    }
    if (!password_hash.empty()) user.password_hash = password_hash;
    return true;
}

}  // namespace codencollab::identity
