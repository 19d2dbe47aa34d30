#include "room/room.h"

#include "support/house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace codencollab::room {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class InARoom : public testing::Test {
  protected:
    House house;
    User ada = house.person("Ada Lovelace");
    User ben = house.person("Ben");
    RoomId id = house.make_room(ada);
};

TEST_F(InARoom, ANewcomerGetsStateTextAndChatInThisOrder) {
    const auto first = house.enter(id, ada);
    ASSERT_TRUE(first->seat.send_chat("hi").has_value());
    const auto second = house.enter(id, ben);
    ASSERT_EQ(second->outbox.frames.size(), 3U);
    const RoomState state = second->outbox.last<RoomState>();
    EXPECT_EQ(state.role, Role::editor);
    EXPECT_EQ(state.language, "python");
    EXPECT_EQ(state.you.name, "Ben");
    EXPECT_EQ(state.users.size(), 2U);
    EXPECT_EQ(state.users[0].name, "Ada Lovelace");
    EXPECT_FALSE(state.run.has_value());
    EXPECT_TRUE(state.saved);
    EXPECT_EQ(second->outbox.last<InitialCode>().code, u"print(\"hello\")\n");
    EXPECT_EQ(second->outbox.last<ChatHistory>().messages.at(0).text, "hi");
    EXPECT_EQ(first->outbox.last<UserJoined>().who.sid, state.you.sid);
    EXPECT_EQ(first->outbox.count<UserJoined>(), 1U);
}

TEST_F(InARoom, WhoLeavesDisappearsForTheOthers) {
    const auto first = house.enter(id, ada);
    auto second = house.enter(id, ben);
    const std::string sid = second->outbox.last<RoomState>().you.sid;
    second.reset();
    EXPECT_EQ(first->outbox.last<UserLeft>().sid, sid);
    EXPECT_EQ(house.rooms->online(id).size(), 1U);
}

TEST_F(InARoom, AStrangerAndAPrivateRoomLookLikeNoRoom) {
    House::Guest guest;
    EXPECT_EQ(house.try_enter(id, ben, guest).error().code, ErrorCode::room_not_found);
    ASSERT_TRUE(house.change_settings(id, ada, {.visibility = Visibility::private_}).has_value());
    EXPECT_EQ(house.join(id, ben).error().code, ErrorCode::room_not_found);
    const auto preview =
        house.ask<RoomPreview>(id, [](Room& room, auto done) { done(room.preview()); });
    EXPECT_EQ(preview.error().code, ErrorCode::room_not_found);
}

TEST_F(InARoom, ThePreviewShowsFirstNamesEachUserOnce) {
    const auto one = house.enter(id, ada);
    const auto two = house.enter(id, ada);
    const auto three = house.enter(id, ben);
    const auto preview =
        house.ask<RoomPreview>(id, [](Room& room, auto done) { done(room.preview()); });
    EXPECT_THAT(preview->present, ElementsAre("Ada", "Ben"));
}

TEST_F(InARoom, TwoTabsAreTwoParticipantsWithOneColour) {
    const auto one = house.enter(id, ada);
    const auto two = house.enter(id, ada);
    const RoomState state = two->outbox.last<RoomState>();
    ASSERT_EQ(state.users.size(), 2U);
    EXPECT_NE(state.users[0].sid, state.users[1].sid);
    EXPECT_EQ(state.users[0].color_slot, state.users[1].color_slot);
}

TEST_F(InARoom, ColoursAreTheLowestFreeAndKept) {
    const auto one = house.enter(id, ada);
    auto two = house.enter(id, ben);
    EXPECT_EQ(one->outbox.last<RoomState>().you.color_slot, 1);
    EXPECT_EQ(two->outbox.last<RoomState>().you.color_slot, 2);
    two.reset();
    const auto three = house.enter(id, house.person("Cleo"));
    EXPECT_EQ(three->outbox.last<RoomState>().you.color_slot, 3);
    const auto back = house.enter(id, ben);
    EXPECT_EQ(back->outbox.last<RoomState>().you.color_slot, 2);
    EXPECT_EQ(color_of(2), "#b45309");
}

TEST(AFullRoom, TurnsTheNextOneAway) {
    Limits limits;
    limits.room_sockets = 2;
    House house(limits);
    const User ada = house.person("Ada");
    const RoomId id = house.make_room(ada);
    const auto one = house.enter(id, ada);
    auto two = house.enter(id, ada);
    House::Guest third;
    EXPECT_EQ(house.try_enter(id, ada, third).error().code, ErrorCode::room_full);
    two.reset();
    EXPECT_TRUE(house.try_enter(id, ada, third).has_value());
}

TEST_F(InARoom, JoinsAreLimitedToTenASecond) {
    House::Guest guest;
    for (int i = 0; i < 10; ++i)
        ASSERT_TRUE(house.try_enter(id, ada, guest).has_value());
    EXPECT_EQ(house.try_enter(id, ada, guest).error().code, ErrorCode::rate_limited);
    house.wait(1s);
    EXPECT_TRUE(house.try_enter(id, ada, guest).has_value());
}

TEST_F(InARoom, ASlowConsumerIsDroppedAndNobodyElseNotices) {
    const auto fast = house.enter(id, ada);
    const auto slow = house.enter(id, ben);
    slow->outbox.is_full = true;
    ASSERT_TRUE(house.type_at(*fast, 0, u"x").has_value());
    EXPECT_EQ(slow->outbox.closed, CloseReason::slow_consumer);
    EXPECT_EQ(fast->outbox.count<UserLeft>(), 1U);
    EXPECT_EQ(house.type_at(*slow, 0, u"y").error().code, ErrorCode::not_joined);
}

TEST_F(InARoom, AChangeReachesTheOthersOnceAndIsEncodedOnce) {
    const auto a = house.enter(id, ada);
    const auto b = house.enter(id, ben);
    const auto c = house.enter(id, ben);
    const std::size_t encoded = house.encoder.encoded;
    auto answer = house.type(*a, 0, u"# ");
    EXPECT_EQ(house.encoder.encoded, encoded + 1);
    EXPECT_EQ(a->outbox.count<CodeUpdate>(), 0U);
    const std::uint64_t rev = b->outbox.last<CodeUpdate>().rev;
    house.wait_for_commit();
    EXPECT_EQ(*answer.get(), rev);
    house.follow(*c);
    EXPECT_EQ(c->editor.text(), u"# print(\"hello\")\n");
    EXPECT_EQ(house.text(id, ben), u"# print(\"hello\")\n");
}

TEST_F(InARoom, ARepeatedPacketCountsOnce) {
    const auto a = house.enter(id, ada);
    const CodeChange change{{{{{1, 1}, {1, 1}}, 0, 0, u"x"}}, std::nullopt, 0, "k-1"};
    auto first = house.send(*a, change);
    auto second = house.send(*a, change);
    EXPECT_FALSE(second.has_come());  // it waits for the commit of the first
    house.wait_for_commit();
    EXPECT_EQ(*first.get(), *second.get());
    auto third = house.send(*a, change);
    EXPECT_TRUE(third.has_come());
    EXPECT_EQ(house.text(id, ada), u"xprint(\"hello\")\n");
}

struct Refusal {
    const char* name;
    ErrorCode code;
    std::u16string text;
    void (*prepare)(House&, const RoomId&, const User& owner, const User& editor);
};
class RefusedChange : public testing::TestWithParam<Refusal> {};
TEST_P(RefusedChange, IsTakenBackFromItsSenderAndUnseenByTheOthers) {
    Limits limits;
    limits.document_units = 16;  // the starter code has 15
    House house(limits);
    const User ada = house.person("Ada");
    const User ben = house.person("Ben");
    const RoomId id = house.make_room(ada);
    const auto a = house.enter(id, ada);
    const auto b = house.enter(id, ben);
    GetParam().prepare(house, id, ada, ben);
    EXPECT_EQ(house.type_at(*b, 3, GetParam().text).error().code, GetParam().code);
    EXPECT_EQ(a->outbox.count<CodeUpdate>(), 0U);
    EXPECT_EQ(house.text(id, ada), u"print(\"hello\")\n");
    house.follow(*b);
    EXPECT_EQ(b->editor.text(), u"print(\"hello\")\n");
    EXPECT_TRUE(house.type_at(*a, 0, u"y").has_value());  // owners edit a locked room as well
    house.follow(*b);
    EXPECT_EQ(b->editor.text(), u"yprint(\"hello\")\n");
}
INSTANTIATE_TEST_SUITE_P(
    Because,
    RefusedChange,
    testing::Values(
        Refusal{
            "TheyAreAViewer",
            ErrorCode::forbidden,
            u"x",
            [](House& house, const RoomId& id, const User& ada, const User& ben) {
                ASSERT_TRUE(house.set_role(id, ada, ben, Role::viewer).has_value());
            }},
        Refusal{
            "TheRoomIsLocked",
            ErrorCode::locked,
            u"x",
            [](House& house, const RoomId& id, const User& ada, const User&) {
                ASSERT_TRUE(house.change_settings(id, ada, {.locked = true}).has_value());
            }},
        Refusal{
            "TheTextWouldBeTooLarge",
            ErrorCode::code_too_large,
            u"xy",
            [](House&, const RoomId&, const User&, const User&) {}}),
    [](const auto& test) { return test.param.name; });

TEST_F(InARoom, TooManyChangesInOneEventAreRefusedAndTheTrueTextIsSent) {
    const auto a = house.enter(id, ada);
    CodeChange change;
    change.changes.assign(10'000, {{{1, 1}, {1, 1}}, 0, 0, u"x"});
    EXPECT_EQ(house.send(*a, std::move(change)).get().error().code, ErrorCode::invalid_change);
    EXPECT_EQ(a->outbox.last<CodeUpdate>().changes->front().text, u"print(\"hello\")\n");
}

TEST_F(InARoom, AFloodOfChangesIsLimitedAndTheEditorEndsInStep) {
    const auto a = house.enter(id, ada);
    int refused = 0;
    for (int i = 0; i < 250; ++i)
        refused += house.type_at(*a, 0, u"x").has_value() ? 0 : 1;
    EXPECT_EQ(refused, 50);
    house.wait(2s);
    house.follow(*a);
    EXPECT_EQ(a->editor.text(), house.text(id, ada));
}

TEST_F(InARoom, CaretsAreToldAtMostEvery100MsAndTheNewestCounts) {
    const auto a = house.enter(id, ada);
    const auto b = house.enter(id, ben);
    for (int column = 1; column <= 5; ++column) {
        ASSERT_TRUE(a->seat.move_cursor({{1, column}, std::nullopt}).has_value());
    }
    EXPECT_EQ(b->outbox.count<CursorMoved>(), 1U);
    house.wait(99ms);
    EXPECT_EQ(b->outbox.count<CursorMoved>(), 1U);
    house.wait(1ms);
    ASSERT_EQ(b->outbox.count<CursorMoved>(), 2U);
    EXPECT_EQ(b->outbox.last<CursorMoved>().cursor.position.column, 5);
    EXPECT_EQ(b->outbox.last<CursorMoved>().who.name, "Ada Lovelace");
    EXPECT_EQ(a->outbox.count<CursorMoved>(), 0U);
    house.wait(1s);
    EXPECT_EQ(b->outbox.count<CursorMoved>(), 2U);
}

TEST_F(InARoom, WhoComesLaterSeesWhereTheOthersAre) {
    const auto a = house.enter(id, ada);
    ASSERT_TRUE(a->seat.move_cursor({{1, 4}, std::nullopt}).has_value());
    const auto b = house.enter(id, ben);
    EXPECT_EQ(b->outbox.last<CursorMoved>().cursor.position.column, 4);
}

TEST_F(InARoom, ChatReachesEveryoneItsSenderTooAndTheStore) {
    const auto a = house.enter(id, ada);
    const auto b = house.enter(id, ben);
    ASSERT_TRUE(b->seat.send_chat("may I?").has_value());
    EXPECT_EQ(a->outbox.last<NewMessage>().message.sender, "Ben");
    EXPECT_EQ(b->outbox.last<NewMessage>().message.text, "may I?");
    house.loop.run_until_idle();
    EXPECT_EQ(house.store.rooms.at(id).chat.size(), 1U);
}

TEST_F(InARoom, ChatHasItsLimits) {
    const auto a = house.enter(id, ada);
    EXPECT_EQ(a->seat.send_chat("").error().code, ErrorCode::bad_payload);
    EXPECT_EQ(a->seat.send_chat(std::string(4'001, 'x')).error().code, ErrorCode::chat_too_long);
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(a->seat.send_chat("x").has_value());
    EXPECT_EQ(a->seat.send_chat("x").error().code, ErrorCode::rate_limited);
    house.wait(1s);
    EXPECT_TRUE(a->seat.send_chat(std::string(4'000, 'x')).has_value());
}

TEST_F(InARoom, ChatThatTheStoreRefusedIsStoredLaterInOrder) {
    const auto a = house.enter(id, ada);
    house.store.is_failing = true;
    ASSERT_TRUE(a->seat.send_chat("one").has_value());
    ASSERT_TRUE(a->seat.send_chat("two").has_value());
    house.wait(1s);
    house.store.is_failing = false;
    house.wait(5s);
    ASSERT_EQ(house.store.rooms.at(id).chat.size(), 2U);
    EXPECT_EQ(house.store.rooms.at(id).chat[0].text, "one");
}

TEST_F(InARoom, SettingsAreToldToEveryoneAndStored) {
    const auto b = house.enter(id, ben);
    const auto view = house.change_settings(id, ada, {.title = "Gaps", .locked = true});
    EXPECT_EQ(view->room.title, "Gaps");
    const RoomUpdated told = b->outbox.last<RoomUpdated>();
    EXPECT_EQ(told.title, "Gaps");
    EXPECT_EQ(told.locked, true);
    EXPECT_FALSE(told.visibility.has_value());
    EXPECT_EQ(house.store.rooms.at(id).room.title, "Gaps");
    EXPECT_EQ(house.change_settings(id, ben, {.title = "No"}).error().code, ErrorCode::forbidden);
    EXPECT_EQ(
        house.change_settings(id, ada, {.title = std::string(201, 'x')}).error().code,
        ErrorCode::bad_payload);
}

TEST_F(InARoom, TheLanguageIsToldToTheOthersAndKnownOnesAloneAreTaken) {
    const auto a = house.enter(id, ada);
    const auto b = house.enter(id, ben);
    ASSERT_TRUE(a->seat.set_language("js").has_value());
    EXPECT_EQ(b->outbox.last<LanguageUpdate>().language, "javascript");
    EXPECT_EQ(a->outbox.count<LanguageUpdate>(), 0U);
    const auto unknown = a->seat.set_language("klingon");
    EXPECT_EQ(unknown.error().code, ErrorCode::unsupported_language);
    EXPECT_NE(unknown.error().message.find("javascript"), std::string::npos);
    house.loop.run_until_idle();
    EXPECT_EQ(house.store.rooms.at(id).room.language, "javascript");
}

TEST_F(InARoom, ARoleChangeHoldsAtOnceAndIsToldToTheOneConcerned) {
    const auto a = house.enter(id, ada);
    const auto b = house.enter(id, ben);
    ASSERT_TRUE(house.set_role(id, ada, ben, Role::viewer).has_value());
    EXPECT_EQ(b->outbox.last<RoleChanged>().role, Role::viewer);
    EXPECT_EQ(b->outbox.last<RoleChanged>().by, "Ada Lovelace");
    EXPECT_EQ(a->outbox.count<RoleChanged>(), 0U);
    EXPECT_EQ(b->seat.set_language("js").error().code, ErrorCode::forbidden);
    EXPECT_TRUE(b->seat.send_chat("I still talk").has_value());
}

TEST_F(InARoom, TheLastOwnerStaysOwner) {
    ASSERT_TRUE(house.join(id, ben).has_value());
    EXPECT_EQ(house.set_role(id, ada, ada, Role::editor).error().code, ErrorCode::conflict);
    ASSERT_TRUE(house.set_role(id, ada, ben, Role::owner).has_value());
    EXPECT_TRUE(house.set_role(id, ada, ada, Role::editor).has_value());
}

TEST_F(InARoom, TwoOwnersWhoDemoteEachOtherLeaveOne) {
    ASSERT_TRUE(house.join(id, ben).has_value());
    ASSERT_TRUE(house.set_role(id, ada, ben, Role::owner).has_value());
    Answer<void> one;
    Answer<void> two;
    house.rooms->with_room(id, [&](Result<Room*> room) {
        (*room)->set_role(ada, ben.id, Role::editor, one.callback());
        (*room)->set_role(ben, ada.id, Role::editor, two.callback());
    });
    house.loop.run_until_idle();
    EXPECT_TRUE(one.get().has_value());
    EXPECT_EQ(two.get().error().code, ErrorCode::conflict);
}

TEST_F(InARoom, ARemovedMemberIsClosedInEveryTabAndIsAStrangerThen) {
    const auto a = house.enter(id, ada);
    const auto b1 = house.enter(id, ben);
    const auto b2 = house.enter(id, ben);
    const auto removed = house.ask<void>(
        id, [&](Room& room, auto done) { room.remove_member(ada, ben.id, std::move(done)); });
    ASSERT_TRUE(removed.has_value());
    for (const auto* guest : {b1.get(), b2.get()}) {
        EXPECT_EQ(guest->outbox.last<RoomClosed>().reason, ClosedBecause::removed);
        EXPECT_EQ(guest->outbox.closed, CloseReason::removed);
    }
    EXPECT_EQ(a->outbox.count<UserLeft>(), 2U);
    EXPECT_EQ(a->outbox.count<RoomClosed>(), 0U);
    EXPECT_EQ(house.type_at(*b1, 0, u"x").error().code, ErrorCode::not_joined);
    const auto view =
        house.ask<RoomView>(id, [&](Room& room, auto done) { done(room.view(ben.id)); });
    EXPECT_EQ(view.error().code, ErrorCode::room_not_found);
}

TEST_F(InARoom, NewcomersGetTheDefaultRoleAndKeepTheirsLater) {
    ASSERT_TRUE(house.change_settings(id, ada, {.default_role = Role::viewer}).has_value());
    EXPECT_EQ(*house.join(id, ben), Role::viewer);
    ASSERT_TRUE(house.set_role(id, ada, ben, Role::editor).has_value());
    EXPECT_EQ(*house.join(id, ben), Role::editor);
    const auto view =
        house.ask<RoomView>(id, [&](Room& room, auto done) { done(room.view(ben.id)); });
    ASSERT_EQ(view->members.size(), 2U);
    EXPECT_EQ(view->members[0].user.name, "Ada Lovelace");
}

TEST_F(InARoom, NobodyJoinsWhomTheStoreDidNotTake) {
    ASSERT_TRUE(house.join(id, ada).has_value());
    house.store.is_failing = true;
    EXPECT_EQ(house.join(id, ben).error().code, ErrorCode::store_unavailable);
    house.store.is_failing = false;
    House::Guest guest;
    EXPECT_EQ(house.try_enter(id, ben, guest).error().code, ErrorCode::room_not_found);
}

}  // namespace
}  // namespace codencollab::room
