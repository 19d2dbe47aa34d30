#include "room/rooms.h"

#include "support/house.h"

#include <gtest/gtest.h>

namespace codencollab::room {
namespace {

using namespace std::chrono_literals;

class RoomLife : public testing::Test {
  protected:
    House house;
    User ada = house.person("Ada Lovelace");
    User ben = house.person("Ben");
    RoomId id = house.make_room(ada);
};

TEST_F(RoomLife, StarterCodeIsThereOnceHoweverOftenTheRoomIsOpened) {
    EXPECT_EQ(house.text(id, ada), u"print(\"hello\")\n");
    house.wait(10min);
    EXPECT_EQ(house.rooms->open_count(), 0U);
    EXPECT_EQ(house.text(id, ada), u"print(\"hello\")\n");
}

TEST_F(RoomLife, TheSameKeyGivesTheSameRoom) {
    const RoomId first = house.make_room(ada, {.idempotency_key = "k"});
    EXPECT_EQ(house.make_room(ada, {.idempotency_key = "k"}), first);
    EXPECT_NE(house.make_room(ben, {.idempotency_key = "k"}), first);
}

TEST_F(RoomLife, AnUnknownLanguageIsRefusedWithTheList) {
    Answer<RoomRecord> made;
    house.rooms->create(ada, {.language = "klingon"}, made.callback());
    ASSERT_FALSE(made.get().has_value());
    EXPECT_EQ(made.get().error().code, ErrorCode::unsupported_language);
    EXPECT_NE(made.get().error().message.find("python, javascript"), std::string::npos);
}

TEST_F(RoomLife, AllWhoComeWhileItLoadsWaitForOneLoad) {
    house.store.hold();
    Answer<Room*> first;
    Answer<Room*> second;
    house.rooms->with_room(id, first.callback());
    house.rooms->with_room(id, second.callback());
    house.loop.run_until_idle();
    EXPECT_FALSE(first.has_come());
    house.store.release();
    house.loop.run_until_idle();
    EXPECT_TRUE(first.get().has_value());
    EXPECT_TRUE(second.get().has_value());
    EXPECT_EQ(house.store.loads, 1U);
}

TEST_F(RoomLife, AFailedLoadAnswersAllAndIsForgotten) {
    house.store.is_failing = true;
    Answer<Room*> first;
    Answer<Room*> second;
    house.rooms->with_room(id, first.callback());
    house.rooms->with_room(id, second.callback());
    house.loop.run_until_idle();
    EXPECT_EQ(first.get().error().code, ErrorCode::store_unavailable);
    EXPECT_EQ(second.get().error().code, ErrorCode::store_unavailable);
    EXPECT_EQ(house.loop.pending_timers(), 0U);
    house.store.is_failing = false;
    EXPECT_EQ(house.text(id, ada), u"print(\"hello\")\n");
}

TEST_F(RoomLife, AnUnknownRoomIsNotFoundAndLeavesNothingBehind) {
    Answer<Room*> answer;
    house.rooms->with_room(RoomId::random(house.random), answer.callback());
    house.loop.run_until_idle();
    EXPECT_EQ(answer.get().error().code, ErrorCode::room_not_found);
    EXPECT_EQ(house.loop.pending_timers(), 0U);
}

TEST_F(RoomLife, AChangeIsSavedWithinThirtySecondsOfTheFirst) {
    const auto guest = house.enter(id, ada);
    ASSERT_TRUE(house.type_at(*guest, 0, u"a").has_value());
    house.wait(20s);
    ASSERT_TRUE(house.type_at(*guest, 0, u"b").has_value());
    house.wait(9s);
    EXPECT_EQ(house.store.text_saves, 0U);
    house.wait(1s);
    EXPECT_EQ(house.store.rooms.at(id).text, "baprint(\"hello\")\n");
    EXPECT_EQ(house.store.text_saves, 1U);
}

TEST_F(RoomLife, TheTextIsSavedWhenTheRoomEmpties) {
    auto guest = house.enter(id, ada);
    ASSERT_TRUE(house.type_at(*guest, 0, u"a").has_value());
    guest.reset();
    house.loop.run_until_idle();
    EXPECT_EQ(house.store.rooms.at(id).text, "aprint(\"hello\")\n");
}

TEST_F(RoomLife, AnEmptyRoomIsLetGoAfterFiveMinutesAndNotBefore) {
    auto guest = house.enter(id, ada);
    house.wait(10min);
    EXPECT_EQ(house.rooms->open_count(), 1U);
    guest.reset();
    house.wait(299s);
    EXPECT_EQ(house.rooms->open_count(), 1U);
    house.wait(1s);
    EXPECT_EQ(house.rooms->open_count(), 0U);
}

TEST_F(RoomLife, ARoomThatCannotBeSavedStaysUntilItCan) {
    auto guest = house.enter(id, ada);
    ASSERT_TRUE(house.type_at(*guest, 0, u"kept ").has_value());
    house.store.is_failing = true;
    guest.reset();
    house.wait(1h);
    EXPECT_EQ(house.rooms->open_count(), 1U);
    EXPECT_EQ(house.text(id, ada), u"kept print(\"hello\")\n");
    house.store.is_failing = false;
    house.wait(6min);
    EXPECT_EQ(house.rooms->open_count(), 0U);
    EXPECT_EQ(house.text(id, ada), u"kept print(\"hello\")\n");
}

TEST_F(RoomLife, WhoJoinsDuringTheFlushKeepsTheRoomOpen) {
    auto guest = house.enter(id, ada);
    ASSERT_TRUE(house.type_at(*guest, 0, u"a").has_value());
    house.store.hold();
    guest.reset();
    house.wait(5min);  // the flush has begun and hangs in the store
    RecordingOutbox outbox;
    Answer<Entered> entered;
    Seat seat;
    house.rooms->enter(id, {ada, "sid", ClientKind::delta, outbox}, [&](Result<Entered> result) {
        ASSERT_TRUE(result.has_value());
        seat = std::move(result->seat);
    });
    house.store.release();
    house.wait(10min);
    EXPECT_EQ(house.rooms->open_count(), 1U);
    EXPECT_EQ(house.store.loads, 1U);
    EXPECT_TRUE(seat.send_chat("still here").has_value());
}

TEST_F(RoomLife, TroubleIsToldAfterTwoSecondsAndWhenItIsOver) {
    const auto guest = house.enter(id, ada);
    ASSERT_TRUE(house.type_at(*guest, 0, u"a").has_value());
    house.store.is_failing = true;
    house.wait(1900ms);
    EXPECT_EQ(guest->outbox.count<RoomUpdated>(), 0U);
    house.wait(200ms);
    ASSERT_EQ(guest->outbox.count<RoomUpdated>(), 1U);
    EXPECT_EQ(guest->outbox.last<RoomUpdated>().saved, false);
    EXPECT_EQ(guest->outbox.last<RoomUpdated>().since, house.clock.wall_now() - 2100ms);
    const auto late = house.enter(id, ada);
    EXPECT_FALSE(late->outbox.last<RoomState>().saved);
    house.store.is_failing = false;
    house.wait(5s);
    ASSERT_EQ(guest->outbox.count<RoomUpdated>(), 2U);
    EXPECT_EQ(guest->outbox.last<RoomUpdated>().saved, true);
    house.wait(30s);
    EXPECT_EQ(house.store.rooms.at(id).text, "aprint(\"hello\")\n");
}

TEST_F(RoomLife, ADrainEndsWhenEveryRoomIsSaved) {
    const RoomId other = house.make_room(ben);
    const auto guest = house.enter(id, ada);
    const auto guest_there = house.enter(other, ben);
    ASSERT_TRUE(house.type_at(*guest, 0, u"1").has_value());
    ASSERT_TRUE(house.type_at(*guest_there, 0, u"2").has_value());
    house.store.is_failing = true;
    bool done = false;
    house.rooms->save_all([&] { done = true; });
    house.wait(10s);
    EXPECT_FALSE(done);
    house.store.is_failing = false;
    house.wait(5s);
    EXPECT_TRUE(done);
    EXPECT_EQ(house.store.rooms.at(id).text, "1print(\"hello\")\n");
    EXPECT_EQ(house.store.rooms.at(other).text, "2print(\"hello\")\n");
}

TEST_F(RoomLife, ADeletedRoomTellsEveryoneAndIsNeverWrittenAgain) {
    const auto guest = house.enter(id, ben);
    ASSERT_TRUE(house.type_at(*guest, 0, u"a").has_value());
    const auto removed =
        house.ask<void>(id, [&](Room& room, auto done) { room.remove(ada, std::move(done)); });
    EXPECT_TRUE(removed.has_value());
    EXPECT_EQ(guest->outbox.last<RoomClosed>().reason, ClosedBecause::deleted);
    EXPECT_EQ(guest->outbox.closed, CloseReason::room_deleted);
    EXPECT_EQ(guest->seat.send_chat("x").error().code, ErrorCode::not_joined);
    house.wait(1min);
    EXPECT_EQ(house.store.text_saves, 0U);
    EXPECT_EQ(house.rooms->open_count(), 0U);
    EXPECT_EQ(house.join(id, ben).error().code, ErrorCode::room_not_found);
}

TEST_F(RoomLife, ARoomThatTheStoreCannotDeleteGoesOn) {
    const auto guest = house.enter(id, ada);
    house.store.is_failing = true;
    const auto removed =
        house.ask<void>(id, [&](Room& room, auto done) { room.remove(ada, std::move(done)); });
    EXPECT_EQ(removed.error().code, ErrorCode::store_unavailable);
    house.store.is_failing = false;
    ASSERT_TRUE(house.type_at(*guest, 0, u"a").has_value());
    house.wait(30s);
    EXPECT_EQ(house.store.rooms.at(id).text, "aprint(\"hello\")\n");
}

TEST_F(RoomLife, CallbacksOfAStoreThatAnswersTooLateAreDropped) {
    const auto guest = house.enter(id, ada);
    ASSERT_TRUE(house.type_at(*guest, 0, u"a").has_value());
    house.store.hold();
    ASSERT_TRUE(guest->seat.send_chat("hi").has_value());
    house.wait(30s);
    house.rooms.reset();
    house.store.release();
    house.wait(1min);
    EXPECT_EQ(house.store.rooms.at(id).chat.size(), 1U);
}

/// Types until the log has so many updates more, each stored.
void type_many(House& house, House::Guest& guest, int count) {
    for (int i = 0; i < count; ++i) {
        ASSERT_TRUE(house.type_at(guest, 0, u"x").has_value());
        house.wait(20ms);
    }
}

TEST_F(RoomLife, WhatWasTypedIsThereAfterTheServerWasKilled) {
    auto guest = house.enter(id, ada);
    auto answer = house.type(*guest, 0, u"kept ");
    house.wait_for_commit();
    ASSERT_TRUE(answer.get().has_value());
    ASSERT_TRUE(house.type_at(*guest, 0, u"lost ").has_value());
    guest->seat = {};
    house.rooms.reset();  // no time to save anything
    house.rooms = std::make_unique<Rooms>(house.ports());
    EXPECT_EQ(house.text(id, ada), u"kept print(\"hello\")\n");
}

TEST_F(RoomLife, ALongLogIsFoldedAndNothingIsMissingAfterwards) {
    auto guest = house.enter(id, ada);
    type_many(house, *guest, 510);
    EXPECT_EQ(house.store.folds, 1U);
    EXPECT_LT(house.store.rooms.at(id).log.size(), 20U);
    const std::u16string text = house.text(id, ada);
    guest.reset();
    house.wait(10min);
    EXPECT_EQ(house.rooms->open_count(), 0U);
    EXPECT_EQ(house.store.folds, 2U);
    EXPECT_TRUE(house.store.rooms.at(id).log.empty());
    EXPECT_EQ(house.text(id, ada), text);
}

TEST_F(RoomLife, WhatIsTypedWhileTheLogIsFoldedStaysInTheLog) {
    auto guest = house.enter(id, ada);
    type_many(house, *guest, 499);
    ASSERT_TRUE(house.type_at(*guest, 0, u"y").has_value());
    house.wait(10ms);
    house.store.hold();
    house.wait(10ms);
    ASSERT_TRUE(house.type_at(*guest, 0, u"z").has_value());
    house.store.release();
    house.wait(1s);
    EXPECT_EQ(house.store.folds, 1U);
    const std::u16string text = house.text(id, ada);
    house.rooms.reset();
    house.rooms = std::make_unique<Rooms>(house.ports());
    EXPECT_EQ(house.text(id, ada), text);
    EXPECT_TRUE(text.starts_with(u"zyx"));
}

TEST_F(RoomLife, ADamagedRoomIsNotOpenedAndNotForgotten) {
    house.store.rooms.at(id).log.begin()->second.update.bytes = "\xFF\xFF";
    Answer<Room*> answer;
    house.rooms->with_room(id, answer.callback());
    house.loop.run_until_idle();
    EXPECT_EQ(answer.get().error().code, ErrorCode::store_unavailable);
    EXPECT_EQ(house.loop.pending_timers(), 0U);
    EXPECT_EQ(house.store.appends, 0U);
}

TEST(ManyRooms, WithTooMuchUnsavedLetNobodyIn) {
    Limits limits;
    limits.unsaved_bytes = 30;
    House house(limits);
    const User ada = house.person("Ada");
    const RoomId id = house.make_room(ada);
    const auto guest = house.enter(id, ada);
    house.store.is_failing = true;
    ASSERT_TRUE(house.type_at(*guest, 0, u"some letters").has_value());
    ASSERT_TRUE(house.type_at(*guest, 0, u"and more").has_value());
    House::Guest late;
    EXPECT_EQ(house.try_enter(id, ada, late).error().code, ErrorCode::store_unavailable);
    house.store.is_failing = false;
    house.wait(1s);
    EXPECT_EQ(house.rooms->unsaved_bytes(), 0U);
    EXPECT_TRUE(house.try_enter(id, ada, late).has_value());
}

}  // namespace
}  // namespace codencollab::room
