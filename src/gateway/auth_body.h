#pragma once

#include "gateway/accounts.h"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::gateway {

/// What a request under /auth/v1 says in its body. Absent and null are the same; fields that we do
/// not know are left alone.
struct AuthBody {
    std::optional<std::string> email;
    std::optional<std::string> password;
    std::optional<std::string> phone;
    std::optional<std::string> refresh_token;
    std::optional<boost::json::object> data;
};

/// None when it is no JSON object, or a field has another type.
std::optional<AuthBody> parse_auth_body(std::string_view text);

}  // namespace codencollab::gateway
