#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "identity/account_store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::identity {

/// A refresh token taken apart; genuine only if its session's key says so. The token is
/// base64url(session id ‖ counter ‖ HMAC-SHA256(session key, session id ‖ counter)): the session
/// row holds all that is needed to judge any token that it ever gave out.
struct RefreshToken {
    SessionId session;
    std::uint64_t counter = 0;
    std::string mac;  // 32 bytes
};

/// The session's current token.
std::string make_refresh_token(const SessionRecord& session);
/// None for what has not the form of a token.
std::optional<RefreshToken> parse_refresh_token(std::string_view text);
/// Whether the session gave this token out. In constant time.
bool is_genuine(const RefreshToken& token, const SessionRecord& session);

/// What a genuine token's counter means for its session.
enum class RefreshVerdict {
    rotate,      // the current token: a new one takes its place
    repeat,      // used already, but its answer may have been lost: the current one again
    reused,      // an old token came back: somebody else has it, the session ends
    never_made,  // ahead of the session
};
RefreshVerdict judge(const RefreshToken& token, const SessionRecord& session, WallTime now);

}  // namespace codencollab::identity
