#include "gateway/stay.h"

#include "gateway/room_session.h"
#include "support/manual_clock.h"
#include "support/manual_loop.h"

#include <gmock/gmock.h>

#include <memory>
#include <vector>

namespace codencollab::gateway {
namespace {

using testing::ElementsAre;

class StayTest : public testing::Test {
  protected:
    // A stay only hands its session on, so any address will do for one.
    RoomSession& session_ = *reinterpret_cast<RoomSession*>(this);

    void answer(const std::shared_ptr<Stay>& stay, int number) {
        stay->act([this, number](RoomSession& session) {
            EXPECT_EQ(&session, &session_);
            answered_.push_back(number);
        });
    }

    ManualClock clock_;
    ManualLoop first_loop_{clock_};
    ManualLoop second_loop_{clock_};
    std::shared_ptr<Stay> stay_ = std::make_shared<Stay>();
    std::vector<int> answered_;
};

TEST_F(StayTest, AnswersAtOnceWhileTheSessionIsHere) {
    stay_->begin(session_);
    answer(stay_, 1);
    EXPECT_THAT(answered_, ElementsAre(1));
}

TEST_F(StayTest, KeepsAnswersUntilTheSessionArrives) {
    stay_->begin(session_);
    const auto next = stay_->move_to(second_loop_);
    answer(stay_, 1);
    answer(stay_, 2);
    second_loop_.run_until_idle();
    EXPECT_THAT(answered_, ElementsAre());
    next->begin(session_);
    EXPECT_THAT(answered_, ElementsAre(1, 2));
}

TEST_F(StayTest, FollowsTheSessionFromLoopToLoop) {
    stay_->begin(session_);
    const auto next = stay_->move_to(second_loop_);
    next->begin(session_);
    const auto last = next->move_to(first_loop_);
    last->begin(session_);
    answer(stay_, 1);
    second_loop_.run_until_idle();
    EXPECT_THAT(answered_, ElementsAre()) << "it is for the last loop to answer";
    first_loop_.run_until_idle();
    EXPECT_THAT(answered_, ElementsAre(1));
}

TEST_F(StayTest, ForgetsAnswersForASessionThatHasEnded) {
    stay_->begin(session_);
    const auto next = stay_->move_to(second_loop_);
    answer(stay_, 1);
    second_loop_.run_until_idle();
    next->end();
    answer(stay_, 2);
    second_loop_.run_until_idle();
    EXPECT_THAT(answered_, ElementsAre());
}

}  // namespace
}  // namespace codencollab::gateway
