#pragma once

#include "base/clock.h"
#include "crdt/id.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace codencollab::sim {

/// A replica's side of awareness, written after y-protocols and apart from the engine's: the states
/// that it has heard of, each until it is null or was not renewed for half a minute.
class ReplicaPresence {
  public:
    /// Whether something of it was new.
    bool hear(std::string_view update, SteadyTime now);
    /// A new own state under a number of its own.
    void introduce(crdt::ClientNumber own, std::string state);
    /// The own state again, as an update to be sent.
    std::string renew(SteadyTime now);
    void forget_all();

    /// The connections whose states are seen now, the own one among them.
    std::set<std::string> seen(SteadyTime now) const;

    static constexpr std::chrono::seconds kept{30};

  private:
    struct State {
        std::uint64_t clock = 0;
        std::string text;
        SteadyTime heard_at;
    };
    std::map<crdt::ClientNumber, State> states_;
    crdt::ClientNumber own_ = 0;
};

}  // namespace codencollab::sim
