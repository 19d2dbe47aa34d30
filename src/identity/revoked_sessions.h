#pragma once

#include "base/clock.h"
#include "base/guarded.h"
#include "base/id.h"

#include <chrono>
#include <unordered_map>

namespace codencollab::identity {

/// Sessions that ended while an access token of theirs may still live. Forgets each when its last
/// token is dead. Threads: any.
class RevokedSessions {
  public:
    /// `token_lifetime` is the longest that an access token lives.
    explicit RevokedSessions(std::chrono::seconds token_lifetime);

    void add(const SessionId& session, WallTime ended_at, WallTime now);
    bool contains(const SessionId& session);

  private:
    struct Revoked {
        std::unordered_map<SessionId, WallTime> ended_at;
        WallTime swept_at;
    };
    std::chrono::seconds token_lifetime_;
    Guarded<Revoked> revoked_;
};

}  // namespace codencollab::identity
