#pragma once

#include "base/clock.h"
#include "gateway/accounts.h"
#include "identity/account_store.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>

namespace codencollab::identity {

/// A change of a user whose parts were checked.
struct CheckedUpdate {
    std::optional<std::string> email;     // cleaned, and not the one they have
    std::optional<std::string> password;  // new, by the rules
    std::optional<boost::json::object> metadata;
};

/// Whether this caller may change this. Whether the e-mail is free, and whether the password is
/// another than before, is not known here.
gateway::AuthResult<CheckedUpdate> check_update(
    gateway::AuthUserUpdate update, const SessionWithUser& caller, WallTime now);

/// Applies it to the user as stored now; `password_hash` is empty without a new password. False,
/// and the user as before, when the metadata would grow too large. A guest with an e-mail is a
/// guest no more.
bool apply_update(
    const CheckedUpdate& update, const std::string& password_hash, WallTime now, UserRecord& user);

}  // namespace codencollab::identity
