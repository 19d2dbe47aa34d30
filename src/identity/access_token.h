#pragma once

#include "base/clock.h"
#include "identity/account_store.h"
#include "identity/signing_key.h"

#include <chrono>
#include <string>

namespace codencollab::identity {

inline constexpr std::chrono::seconds access_token_lifetime{3600};

/// A new access token of this session, with Supabase's claims, issued `now`. Empty when the library
/// fails.
std::string make_access_token(
    const SigningKey& key,
    const std::string& issuer,
    const SessionRecord& session,
    const UserRecord& user,
    WallTime now);

}  // namespace codencollab::identity
