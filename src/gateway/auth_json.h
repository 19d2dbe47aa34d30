#pragma once

#include "gateway/accounts.h"

#include <string>

namespace codencollab::gateway {

// The bodies under /auth/v1, in Supabase's shapes.

std::string user_json(const AuthUser& user);
std::string session_json(const AuthSession& session);
std::string settings_json(const AuthSettings& settings);
/// With `versioned`: `{"code":"…","message":"…"}`, as clients ask for by X-Supabase-Api-Version;
/// without, the older `{"code":400,"error_code":"…","msg":"…"}`.
std::string auth_error_json(const AuthError& error, bool versioned);

}  // namespace codencollab::gateway
