#include "identity/revoked_sessions.h"

namespace codencollab::identity {

RevokedSessions::RevokedSessions(std::chrono::seconds token_lifetime)
    : token_lifetime_(token_lifetime) {}

void RevokedSessions::add(const SessionId& session, WallTime ended_at, WallTime now) {
    revoked_.with_lock([&](Revoked& revoked) {
        // Swept once a lifetime: at most two lifetimes' worth of sign-outs are held.
        if (now - revoked.swept_at >= token_lifetime_) {
            std::erase_if(revoked.ended_at, [&](const auto& entry) {
                return now - entry.second > token_lifetime_;
            });
            revoked.swept_at = now;
        }
        revoked.ended_at.insert_or_assign(session, ended_at);
    });
}

bool RevokedSessions::contains(const SessionId& session) {
    return revoked_.with_lock(
        [&](const Revoked& revoked) { return revoked.ended_at.contains(session); });
}

}  // namespace codencollab::identity
