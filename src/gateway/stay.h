#pragma once

#include "base/loop.h"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace codencollab::gateway {

class RoomSession;

/// A session's stay on one loop, and the way to it for what is answered late: until an update is
/// stored, its sender may have gone, or moved to another loop with the next room that it joined.
///
/// Ownership: shared by the session and by whatever will answer; it keeps no session alive.
/// Threads:   its loop's alone, the last reference excepted.
class Stay {
  public:
    /// Calls `act(RoomSession&)`: now, after a move once the session has arrived, or never when it
    /// has ended.
    template <class Act>
    void act(Act act) {
        if (session_) return act(*session_);  // almost always
        act_elsewhere(std::move(act));
    }

    /// The session is here. Acts that came before it run.
    void begin(RoomSession& session);
    /// It leaves for `loop`; acts follow it to the stay that this answers.
    std::shared_ptr<Stay> move_to(Loop& loop);
    /// It is no more.
    void end();

  private:
    using Act = std::move_only_function<void(RoomSession&)>;
    enum class State { awaited, here, moved, over };

    void act_elsewhere(Act act);

    State state_ = State::awaited;
    RoomSession* session_ = nullptr;  // while it is here
    std::vector<Act> early_;
    Loop* next_loop_ = nullptr;
    std::shared_ptr<Stay> next_;
};

}  // namespace codencollab::gateway
