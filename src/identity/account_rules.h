#pragma once

#include "gateway/accounts.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::identity {

// What a user may call themselves and how they may prove it. Pure.

/// The address in lower case; none when it is no address that mail could go to.
std::optional<std::string> clean_email(std::string_view email);

/// None when the password may be chosen.
std::optional<gateway::AuthError> judge_new_password(std::string_view password);

/// `stored` with `written` merged into it key by key; null removes a key. What only the server may
/// say is left out, and half emoji become U+FFFD: an access token carries it, and that is UTF-8.
/// None when the whole would no longer fit into an access token.
std::optional<std::string> merge_metadata(
    const std::string& stored, const boost::json::object& written);

/// The stored metadata with what the server says about a user with an e-mail.
boost::json::object shown_metadata(
    const std::string& stored, const UserId& user, const std::string& email);

}  // namespace codencollab::identity
