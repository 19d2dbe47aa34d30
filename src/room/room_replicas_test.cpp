#include "base/lib0.h"
#include "room/room.h"
#include "support/house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace codencollab::room {
namespace {

using namespace std::chrono_literals;

std::string any_text(std::string_view text) {
    lib0::Writer out;
    out.byte(119);
    out.var_bytes(text);
    return out.take();
}

class AMixedRoom : public testing::Test {
  protected:
    void expect_text(std::string_view text) {
        EXPECT_EQ(house.text(id, ada), to_utf16(text));
        house.follow(*delta);
        house.follow(*yjs);
        EXPECT_EQ(delta->editor.text(), to_utf16(text));
        EXPECT_EQ(yjs->replica.text(), text);
    }

    House house;
    User ada = house.person("Ada Lovelace");
    User ben = house.person("Ben");
    RoomId id = house.make_room(ada, {.language = "javascript"});
    std::unique_ptr<House::Guest> delta = house.enter(id, ada);
    std::unique_ptr<House::Guest> yjs = house.enter_replica(id, ben);
    const std::string starter = "console.log('hello')\n";
};

TEST_F(AMixedRoom, GreetsAReplicaWithStateChatAndItsStateVector) {
    ASSERT_GE(yjs->outbox.frames.size(), 3U);
    const auto event = [&](std::size_t at) -> const Event& {
        return static_cast<const EventFrame&>(*yjs->outbox.frames[at]).event;
    };
    EXPECT_TRUE(std::holds_alternative<RoomState>(event(0)));
    EXPECT_TRUE(std::holds_alternative<ChatHistory>(event(1)));
    EXPECT_TRUE(std::holds_alternative<SyncRequest>(event(2)));
    EXPECT_TRUE(std::holds_alternative<AwarenessUpdate>(event(3)));  // Ada's
    EXPECT_EQ(yjs->outbox.count<InitialCode>(), 0U);
    const auto other = house.enter_replica(id, ben, ClientKind::y_websocket);
    EXPECT_EQ(other->outbox.count<RoomState>(), 0U);
    EXPECT_EQ(other->outbox.count<SyncRequest>(), 1U);
    EXPECT_EQ(other->replica.text(), starter);
}

TEST_F(AMixedRoom, WhatEitherKindTypesReachesTheOtherAtOnce) {
    ASSERT_TRUE(house.type_at(*delta, 0, u"// \U0001F600\n").has_value());
    house.follow(*yjs);
    EXPECT_EQ(yjs->replica.text(), "// \U0001F600\n" + starter);
    house.type_shared(*yjs, 6, "!");
    expect_text("// \U0001F600\n!" + starter);
    EXPECT_EQ(yjs->outbox.count<DocumentUpdate>(), 1U);
    EXPECT_EQ(delta->outbox.count<CodeUpdate>(), 1U);
}

TEST_F(AMixedRoom, AnAckFollowsTheCommitForBothKinds) {
    house.store.hold();
    auto first = house.type(*delta, 0, u"a");
    auto second = house.type_shared(*yjs, 0, "b");
    house.wait(10s);
    EXPECT_FALSE(first.has_come());
    EXPECT_FALSE(second.has_come());
    expect_text("ba" + starter);
    house.store.release();
    house.loop.run_until_idle();
    EXPECT_TRUE(first.get().has_value());
    EXPECT_TRUE(second.get().has_value());
}

TEST_F(AMixedRoom, ALonelyEditIsAcknowledgedWithinTheGrid) {
    auto answer = house.type(*delta, 0, u"a");
    house.wait(20ms);
    EXPECT_TRUE(answer.has_come());
}

TEST_F(AMixedRoom, AnUpdateThatSaysNothingNewIsAnsweredAfterAllThatTheRoomHolds) {
    house.type_shared(*yjs, 0, "b");
    const std::string all = yjs->replica.document().encode();
    auto again = house.send_update(*yjs, all);
    EXPECT_FALSE(again.has_come());
    EXPECT_EQ(delta->outbox.count<CodeUpdate>(), 1U);
    house.wait_for_commit();
    EXPECT_TRUE(again.get().has_value());
    EXPECT_TRUE(house.send_update(*yjs, all).get().has_value());
}

TEST_F(AMixedRoom, AViewerReadsAndIsRefused) {
    const auto web = house.enter_replica(id, ben, ClientKind::y_websocket);
    ASSERT_TRUE(house.set_role(id, ada, ben, Role::viewer).has_value());
    const std::string known = web->replica.document().encode();
    for (House::Guest* guest : {yjs.get(), web.get()}) {
        EXPECT_TRUE(house.send_update(*guest, known).get().has_value());
        auto answer = house.type_shared(*guest, 0, "no");
        EXPECT_EQ(answer.get().error().code, ErrorCode::forbidden);
    }
    EXPECT_EQ(yjs->outbox.count<EditDenied>(), 0U);
    EXPECT_EQ(web->outbox.count<EditDenied>(), 1U);
    EXPECT_EQ(house.text(id, ada), to_utf16(starter));
    EXPECT_EQ(delta->outbox.count<CodeUpdate>(), 0U);
}

TEST_F(AMixedRoom, ALockedRoomRefusesReplicas) {
    ASSERT_TRUE(house.change_settings(id, ada, {.locked = true}).has_value());
    EXPECT_EQ(house.type_shared(*yjs, 0, "no").get().error().code, ErrorCode::locked);
    EXPECT_EQ(house.text(id, ada), to_utf16(starter));
}

TEST_F(AMixedRoom, BytesThatAreNoUpdateCloseTheirSenderAlone) {
    EXPECT_EQ(house.send_update(*yjs, "\xFF").get().error().code, ErrorCode::bad_payload);
    EXPECT_EQ(yjs->outbox.closed, CloseReason::bad_update);
    EXPECT_FALSE(delta->outbox.closed.has_value());
    const auto second = house.enter_replica(id, ben);
    EXPECT_FALSE(second->seat.sync("\xFF").has_value());
    EXPECT_EQ(second->outbox.closed, CloseReason::bad_update);
    const auto third = house.enter_replica(id, ben);
    EXPECT_FALSE(third->seat.move_awareness("\x01\x01").has_value());
    EXPECT_EQ(third->outbox.closed, CloseReason::bad_update);
}

TEST_F(AMixedRoom, CarriageReturnsOfAReplicaAreTakenOutForEverybody) {
    house.type_shared(*yjs, 0, "a\r\nb");
    expect_text("a\nb" + starter);
    EXPECT_EQ(delta->outbox.last<CodeUpdate>().changes->front().text, u"a\nb");
}

TEST_F(AMixedRoom, AReplicaSetsTheLanguageAndAnUnknownOneIsPutRight) {
    house.send_update(*yjs, yjs->replica.set("meta", "language", any_text("python")));
    EXPECT_EQ(delta->outbox.last<LanguageUpdate>().language, "python");
    EXPECT_EQ(delta->outbox.count<CodeUpdate>(), 0U);
    house.loop.run_until_idle();
    EXPECT_EQ(house.store.rooms.at(id).room.language, "python");
    house.send_update(*yjs, yjs->replica.set("meta", "language", any_text("klingon")));
    house.follow(*yjs);
    const auto entry = yjs->replica.document().map("meta").entry("language");
    ASSERT_TRUE(entry.has_value());
    EXPECT_EQ(entry->bytes, any_text("python"));
    EXPECT_EQ(delta->outbox.count<LanguageUpdate>(), 1U);
    ASSERT_TRUE(delta->seat.set_language("js").has_value());
    house.follow(*yjs);
    EXPECT_EQ(yjs->replica.document().map("meta").entry("language")->bytes, any_text("javascript"));
}

TEST_F(AMixedRoom, AGapIsAskedForAfterASecondAndAnsweredWhenItCloses) {
    const std::string missing = yjs->replica.insert(0, "a");
    auto late = house.send_update(*yjs, yjs->replica.insert(1, "b"));
    house.wait(900ms);
    EXPECT_EQ(yjs->outbox.count<SyncRequest>(), 1U);
    EXPECT_FALSE(late.has_come());
    house.wait(200ms);
    EXPECT_EQ(yjs->outbox.count<SyncRequest>(), 2U);
    house.send_update(*yjs, missing);
    house.wait_for_commit();
    EXPECT_TRUE(late.get().has_value());
    expect_text("ab" + starter);
}

TEST_F(AMixedRoom, WhatNeverComesIsGivenUp) {
    yjs->replica.insert(0, "a");
    auto late = house.send_update(*yjs, yjs->replica.insert(1, "b"));
    house.wait(11s);
    EXPECT_EQ(late.get().error().code, ErrorCode::conflict);
    EXPECT_EQ(house.text(id, ada), to_utf16(starter));
    EXPECT_TRUE(house.type_at(*delta, 0, u"x").has_value());
}

TEST_F(AMixedRoom, WhatWaitsForOneReplicaIsNotSentToAnother) {
    yjs->replica.insert(0, "a");
    auto late = house.send_update(*yjs, yjs->replica.insert(1, "b"));
    const auto other = house.enter_replica(id, ben);
    EXPECT_FALSE(other->replica.document().has_pending());
    auto answer = house.send_update(*other, other->replica.document().encode());
    house.wait_for_commit();
    EXPECT_TRUE(answer.has_come());
    // However often the rest is asked for, the wait ends.
    for (int i = 0; i < 10; ++i) {
        house.send_update(*yjs, yjs->replica.insert(2, "c"));
        house.wait(1s);
    }
    EXPECT_EQ(late.get().error().code, ErrorCode::conflict);
}

TEST_F(AMixedRoom, ReplicasThatFloodAreRefusedAndAskedLaterForWhatWasRefused) {
    int refused = 0;
    for (int i = 0; i < 250; ++i) {
        auto answer = house.type_shared(*yjs, 0, "x");
        refused += answer.has_come() && !answer.get() ? 1 : 0;
    }
    EXPECT_EQ(refused, 50);
    house.wait(1s);
    EXPECT_EQ(yjs->outbox.count<SyncRequest>(), 2U);
    house.send_update(*yjs, yjs->replica.document().encode());
    expect_text(std::string(250, 'x') + starter);
}

TEST_F(AMixedRoom, HistoryTellsWhoTypedWhatAndWhen) {
    house.type_shared(*yjs, 0, "b");
    house.wait(1min);
    const WallTime before = house.clock.wall_now();
    house.wait(1min);
    ASSERT_TRUE(house.type_at(*delta, 0, u"a").has_value());
    house.wait(1s);
    const auto page = house.ask<HistoryPage>(
        id, [&](Room& room, auto done) { room.history(ben.id, {.count = 100}, std::move(done)); });
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->updates.size(), 3U);
    EXPECT_EQ(page->updates[1].author, ben.id);
    EXPECT_EQ(page->updates[2].author, ada.id);
    ASSERT_EQ(page->events.size(), 3U);
    EXPECT_EQ(page->events[1].kind, HistoryEventKind::joined);
    EXPECT_EQ(page->events[2].name, "Ben");
    const auto text_at = [&](WallTime at) {
        return *house.ask<std::string>(
            id, [&](Room& room, auto done) { room.text_at(ben.id, at, std::move(done)); });
    };
    EXPECT_EQ(text_at(before), "b" + starter);
    EXPECT_EQ(text_at(house.clock.wall_now()), "ab" + starter);
    const auto stranger = house.ask<std::string>(id, [&](Room& room, auto done) {
        room.text_at(house.person("Eve").id, before, std::move(done));
    });
    EXPECT_EQ(stranger.error().code, ErrorCode::room_not_found);
}

}  // namespace
}  // namespace codencollab::room
