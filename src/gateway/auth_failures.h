#pragma once

#include "gateway/accounts.h"

#include <string_view>

namespace codencollab::gateway {

/// How a failure under /auth/v1 is told to clients, in Supabase's words.
struct AuthFailureText {
    int status;
    std::string_view code;
    std::string_view message;
};

/// The one table of it.
AuthFailureText describe(AuthFailure failure);

}  // namespace codencollab::gateway
