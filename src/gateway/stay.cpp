#include "gateway/stay.h"

#include "gateway/room_session.h"

#include <utility>

namespace codencollab::gateway {

void Stay::act_elsewhere(Act act) {
    switch (state_) {
        case State::awaited:
            early_.push_back(std::move(act));
            return;
        case State::moved:
            next_loop_->post(
                [next = next_, act = std::move(act)]() mutable { next->act(std::move(act)); });
            return;
        case State::here:
        case State::over:
            return;
    }
}

void Stay::begin(RoomSession& session) {
    state_ = State::here;
    session_ = &session;
    for (Act& act : std::exchange(early_, {}))
        act(session);
}

std::shared_ptr<Stay> Stay::move_to(Loop& loop) {
    state_ = State::moved;
    session_ = nullptr;
    next_loop_ = &loop;
    next_ = std::make_shared<Stay>();
    return next_;
}

void Stay::end() {
    state_ = State::over;
    session_ = nullptr;
    early_.clear();
}

}  // namespace codencollab::gateway
