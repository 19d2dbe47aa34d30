#include "base/lib0.h"
#include "room/carets.h"
#include "support/house.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace codencollab::room {
namespace {

using namespace std::chrono_literals;

struct Entry {
    std::uint64_t client = 0;
    std::uint64_t clock = 0;
    std::string state;
};

std::string awareness(const Entry& entry) {
    lib0::Writer out;
    out.var_uint(1);
    out.var_uint(entry.client);
    out.var_uint(entry.clock);
    out.var_bytes(entry.state);
    return out.take();
}

std::vector<Entry> entries_of(std::string_view update) {
    lib0::Reader in(update);
    std::vector<Entry> entries(in.var_uint());
    for (Entry& entry : entries) {
        entry.client = in.var_uint();
        entry.clock = in.var_uint();
        entry.state = in.var_bytes();
    }
    return entries;
}

class Carets : public testing::Test {
  protected:
    std::vector<Entry> told(const House::Guest& guest) {
        return entries_of(*guest.outbox.last<AwarenessUpdate>().update);
    }
    /// A state with a caret at an offset of the replica's text.
    std::string state_at(House::Guest& guest, std::size_t anchor, std::size_t head) {
        crdt::Document& document = guest.replica.document();
        const auto at = [&](std::size_t offset) {
            return *document.relative_position(document.text("code"), offset);
        };
        const Signature liar({"liar", ada.id, "Liar", 5, Role::owner});
        return caret_state(liar, Caret{at(anchor), at(head)});
    }
    /// A state that says no more than whose it is.
    static std::string signature_of(const House::Guest& guest) {
        return caret_state(Signature(guest.outbox.last<RoomState>().you), std::nullopt);
    }

    House house;
    User ada = house.person("Ada");
    User ben = house.person("Ben");
    RoomId id = house.make_room(ada);  // print("hello")
    std::unique_ptr<House::Guest> delta = house.enter(id, ada);
    std::unique_ptr<House::Guest> yjs = house.enter_replica(id, ben);
};

TEST_F(Carets, OfADeltaClientAppearInAwarenessAsEditorsReadThem) {
    ASSERT_TRUE(delta->seat.move_cursor({{1, 3}, Range{{1, 1}, {1, 3}}}).has_value());
    const auto entries = told(*yjs);
    ASSERT_EQ(entries.size(), 1U);
    const auto state = boost::json::parse(entries[0].state).as_object();
    EXPECT_EQ(state.at("user").at("name"), "Ada");
    EXPECT_EQ(state.at("user").at("color").as_string(), color_of(1));
    EXPECT_EQ(state.at("sid").as_string(), delta->outbox.last<RoomState>().you.sid);
    EXPECT_EQ(state.at("cursor"), state.at("selection"));
    const auto& head = state.at("cursor").at("head").as_object();
    EXPECT_TRUE(head.at("type").is_null());
    EXPECT_EQ(head.at("tname"), "code");
    EXPECT_EQ(head.at("item").at("clock"), 2);
    EXPECT_EQ(head.at("assoc"), 0);
    const auto caret = read_caret(entries[0].state);
    ASSERT_TRUE(caret.has_value());
    crdt::Document& document = yjs->replica.document();
    EXPECT_EQ(document.resolve(caret->anchor), 0U);
    EXPECT_EQ(document.resolve(caret->head), 2U);
}

TEST_F(Carets, OfADeltaClientAreRenewedAndGoWithIt) {
    const auto first = told(*yjs).at(0);
    EXPECT_NE(first.client, 0U);
    house.wait(20s);
    const auto renewed = told(*yjs).at(0);
    EXPECT_EQ(renewed.client, first.client);
    EXPECT_GT(renewed.clock, first.clock);
    delta->seat.leave();
    const auto gone = told(*yjs).at(0);
    EXPECT_EQ(gone.client, first.client);
    EXPECT_EQ(gone.state, "null");
}

TEST_F(Carets, OfAReplicaAppearToDeltaClientsUnderTheTrueName) {
    ASSERT_TRUE(*yjs->seat.move_awareness(awareness({9, 1, state_at(*yjs, 4, 2)})));
    const auto moved = delta->outbox.last<CursorMoved>();
    EXPECT_EQ(moved.who.name, "Ben");
    EXPECT_EQ(moved.who.color_slot, 2);
    EXPECT_EQ(moved.cursor.position, (Position{1, 3}));
    EXPECT_EQ(moved.cursor.selection, (Range{{1, 3}, {1, 5}}));
    // Who comes later sees it where it is by then.
    ASSERT_TRUE(house.type_at(*delta, 0, u"\n").has_value());
    const auto late = house.enter(id, ada);
    EXPECT_EQ(late->outbox.last<CursorMoved>().cursor.position, (Position{2, 3}));
}

TEST_F(Carets, OfAReplicaAppearToOthersUnderTheTrueNameToo) {
    const auto other = house.enter_replica(id, ada);
    const std::string own = signature_of(*yjs);
    ASSERT_TRUE(*yjs->seat.move_awareness(awareness({9, 1, state_at(*yjs, 4, 2)})));
    const Entry relayed = told(*other).at(0);
    EXPECT_TRUE(relayed.state.starts_with(own.substr(0, own.size() - 1))) << relayed.state;
    EXPECT_THAT(relayed.state, testing::Not(testing::HasSubstr("iar")));
    EXPECT_TRUE(read_caret(relayed.state).has_value());
    // What newcomers and those who ask are told is the same.
    ASSERT_TRUE(other->seat.query_awareness().has_value());
    const auto late = house.enter_replica(id, ada, ClientKind::y_websocket);
    for (const House::Guest* guest : {other.get(), late.get()}) {
        const auto all = told(*guest);
        const auto found = std::ranges::find(all, 9U, &Entry::client);
        ASSERT_NE(found, all.end());
        EXPECT_EQ(found->state, relayed.state);
    }
}

TEST_F(Carets, WithoutANameGetTheTrueOne) {
    const auto other = house.enter_replica(id, ada);
    ASSERT_TRUE(*yjs->seat.move_awareness(awareness({9, 1, "{}"})));
    EXPECT_EQ(told(*other).at(0).state, signature_of(*yjs));
}

TEST_F(Carets, ThatSayTheTruthAreRelayedAsTheyCame) {
    const auto other = house.enter_replica(id, ada);
    std::string own = signature_of(*yjs);
    own.insert(own.size() - 1, R"(, "at" : 7)");
    ASSERT_TRUE(*yjs->seat.move_awareness(awareness({9, 1, own})));
    EXPECT_EQ(told(*other).at(0).state, own);
}

TEST_F(Carets, ThatCannotBeReadOrFoundAreIgnored) {
    for (
        const char* state :
        {R"({"cursor":7})",
         R"({"cursor":{"anchor":{"item":{"client":1,"clock":-1}},"head":{}}})",
         R"({"cursor":{"anchor":{"tname":"other","item":null},"head":{"tname":"code"}}})",
         R"({"selection":{"anchor":{"item":{"client":5,"clock":9}},"head":{"item":{"client":5,"clock":9}}}})",
         "[]"}) {
        static std::uint64_t clock = 0;
        EXPECT_TRUE(*yjs->seat.move_awareness(awareness({9, ++clock, state}))) << state;
    }
    EXPECT_EQ(delta->outbox.count<CursorMoved>(), 0U);
}

TEST_F(Carets, EchoesSayNothingNewAndAreToldToNobody) {
    const auto other = house.enter_replica(id, ben);
    const std::string update = awareness({9, 1, "{}"});
    EXPECT_TRUE(*yjs->seat.move_awareness(update));
    const std::size_t before = yjs->outbox.count<AwarenessUpdate>();
    EXPECT_FALSE(*other->seat.move_awareness(update));
    EXPECT_FALSE(*other->seat.move_awareness(awareness({9, 2, "null"})));  // not its own
    EXPECT_EQ(yjs->outbox.count<AwarenessUpdate>(), before);
}

TEST_F(Carets, ThatMoveFastAreCoalesced) {
    const auto other = house.enter_replica(id, ben);
    const std::size_t before = other->outbox.count<AwarenessUpdate>();
    for (std::uint64_t clock = 1; clock <= 10; ++clock) {
        const std::string state = "{\"at\":" + std::to_string(clock) + "}";
        ASSERT_TRUE(*yjs->seat.move_awareness(awareness({9, clock, state})));
    }
    EXPECT_EQ(other->outbox.count<AwarenessUpdate>(), before + 2);  // the first, and one move
    house.wait(100ms);
    EXPECT_EQ(other->outbox.count<AwarenessUpdate>(), before + 3);
    EXPECT_THAT(told(*other).at(0).state, testing::HasSubstr("\"at\":10"));
}

TEST_F(Carets, OfWhoLeavesOrSaysNothingMoreDisappear) {
    const auto other = house.enter_replica(id, ben);
    ASSERT_TRUE(*yjs->seat.move_awareness(awareness({9, 1, "{}"})));
    ASSERT_TRUE(*other->seat.move_awareness(awareness({10, 1, "{}"})));
    yjs->seat.leave();
    EXPECT_EQ(told(*other).at(0).client, 9U);
    EXPECT_EQ(told(*other).at(0).state, "null");
    house.wait(33s);
    const auto late = house.enter_replica(id, ben);
    const auto present = told(*late);  // Ada alone
    ASSERT_EQ(present.size(), 1U);
    EXPECT_THAT(present[0].state, testing::HasSubstr("Ada"));
}

TEST_F(Carets, AViewerHasOneToo) {
    ASSERT_TRUE(house.set_role(id, ada, ben, Role::viewer).has_value());
    EXPECT_TRUE(*yjs->seat.move_awareness(awareness({9, 1, "{}"})));
}

TEST_F(Carets, ALonelyYWebsocketClientHearsSomethingBeforeItGivesUp) {
    House empty;
    const User cleo = empty.person("Cleo");
    const RoomId room = empty.make_room(cleo);
    const auto web = empty.enter_replica(room, cleo, ClientKind::y_websocket);
    for (int i = 0; i < 4; ++i) {
        const std::size_t before = web->outbox.frames.size();
        empty.wait(25s);
        EXPECT_GT(web->outbox.frames.size(), before);
    }
    web->seat.leave();
    empty.wait(10min);
    EXPECT_EQ(empty.loop.pending_timers(), 0U);
}

TEST_F(Carets, TooMuchPresenceIsRefusedAndItsSenderStays) {
    const std::string huge = "\"" + std::string(5'000, 'x') + "\"";
    EXPECT_EQ(yjs->seat.move_awareness(awareness({9, 1, huge})).error().code, ErrorCode::too_large);
    for (std::uint64_t client = 10; client < 14; ++client)
        EXPECT_TRUE(*yjs->seat.move_awareness(awareness({client, 1, "{}"})));
    EXPECT_FALSE(yjs->seat.move_awareness(awareness({14, 1, "{}"})).has_value());
    EXPECT_FALSE(yjs->outbox.closed.has_value());
}

}  // namespace
}  // namespace codencollab::room
