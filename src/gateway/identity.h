#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "base/loop.h"
#include "room/user.h"

#include <optional>
#include <string>

namespace codencollab::gateway {

/// What a good token says.
struct Caller {
    room::User user;
    WallTime expires_at;
    std::optional<SessionId> session;  // none with an issuer that does not say
};

/// Says who somebody is. One verifier for REST, Socket.IO and y-websocket. Threads: any.
class Identity {
  public:
    virtual ~Identity() = default;
    /// Checks a bearer token and answers on `loop`, maybe within the call. Fails with
    /// `missing_token` (empty), `invalid_token`, `token_expired`, or `identity_unavailable` when
    /// nobody can say now. The reason stands only in the log, at debug level, without the token.
    virtual void verify(std::string token, Loop& loop, Callback<Caller> done) = 0;
};

}  // namespace codencollab::gateway
