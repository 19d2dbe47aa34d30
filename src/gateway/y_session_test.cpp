#include "gateway/y_session.h"

#include "base/lib0.h"
#include "gateway/contract_codec.h"
#include "gateway/event_rates.h"
#include "support/fake_identity.h"
#include "support/fake_y_line.h"
#include "support/house.h"
#include "support/replica.h"
#include "wire/y_protocol.h"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace codencollab::gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

/// A y-websocket client: the far end of a session, and the replica that it holds.
struct Peer {
    std::shared_ptr<YClient> line;
    std::unique_ptr<Replica> replica;
    std::size_t read = 0;
    std::vector<std::string> denials;
    std::size_t awareness_heard = 0;

    /// Takes in what was heard, and answers what has to be answered, as y-websocket does.
    void follow() {
        for (; read < line->heard.size(); ++read) {
            const auto message = wire::decode_y_message(line->heard[read]);
            ASSERT_TRUE(message);
            if (const auto* asks = std::get_if<wire::SyncStep1>(&*message)) {
                const auto known = crdt::StateVector::decode(asks->state_vector);
                ASSERT_TRUE(known);
                say(wire::SyncStep2{replica->document().encode(*known)});
            } else if (const auto* reply = std::get_if<wire::SyncStep2>(&*message)) {
                EXPECT_TRUE(replica->apply(reply->update));
            } else if (const auto* update = std::get_if<wire::SyncUpdate>(&*message)) {
                EXPECT_TRUE(replica->apply(update->update));
            } else if (const auto* denied = std::get_if<wire::PermissionDenied>(&*message)) {
                denials.emplace_back(denied->reason);
            } else if (std::holds_alternative<wire::AwarenessMessage>(*message)) {
                ++awareness_heard;
            }
        }
    }
    void say(const wire::YMessage& message) {
        if (line->is_read()) line->send(wire::encode_y_message(message));
    }
    void synchronise() {
        say(wire::SyncStep1{replica->state_vector()});
        follow();
    }
    void type(std::size_t offset, std::string_view text) {
        say(wire::SyncUpdate{replica->insert(offset, text)});
    }
    void say_state(std::uint64_t clock, std::string_view json) {
        lib0::Writer update;
        update.var_uint(1);
        update.var_uint(replica->client());
        update.var_uint(clock);
        update.var_bytes(json);
        say(wire::AwarenessMessage{update.view()});
    }
};

class YSessionTest : public testing::Test {
  protected:
    YSessionTest() { make_room(); }

    void make_room() {
        room_ = house_.make_room(ada_);
        EXPECT_TRUE(house_.join(room_, ben_));
    }

    std::string token_for(const room::User& user, milliseconds life = minutes(60)) {
        const std::string token = "token-" + std::to_string(identity_.callers.size());
        identity_.callers.emplace(
            token, Caller{user, house_.clock.wall_now() + life, std::nullopt});
        return token;
    }

    Peer connect(const room::User& user, milliseconds token_life = minutes(60)) {
        Peer peer;
        peer.line = std::make_shared<YClient>();
        peer.line->heard_at = house_.clock.steady_now();
        peer.replica = std::make_unique<Replica>(++last_client_);
        const std::string token = token_for(user, token_life);
        auto session = std::make_shared<YSession>(
            world_,
            room_,
            YSession::Client{
                "sid-" + std::to_string(last_client_), token, identity_.callers.at(token)},
            std::make_unique<FakeYLine>(peer.line));
        sessions_.add(0, session);
        session->start();
        house_.loop.run_until_idle();
        peer.follow();
        return peer;
    }

    Peer synchronised(const room::User& user) {
        Peer peer = connect(user);
        peer.synchronise();
        return peer;
    }

    void settle() { house_.wait(milliseconds(50)); }

    std::string text() {
        std::optional<std::string> text;
        rooms_.with_room(room_, [&](Result<room::Room*> room) {
            if (room) text = (*room)->text(ada_.id).value_or("refused");
        });
        house_.loop.run_until_idle();
        return text.value_or("no room");
    }

    template <class Act>
    void in_room(Act act) {
        rooms_.with_room(room_, [&](Result<room::Room*> room) { act(**room); });
        settle();
    }

    std::vector<std::string> people_in_room() {
        std::vector<std::string> names;
        for (const auto& who : rooms_.online(room_))
            names.push_back(who.name);
        return names;
    }

    House house_;
    room::User ada_ = house_.person("Ada");
    room::User ben_ = house_.person("Ben");
    RoomId room_ = RoomId::random(house_.random);
    ContractCodec codec_{house_.limits};
    room::Rooms rooms_{room::RoomsPorts{
        house_.loop,
        house_.clock,
        house_.random,
        house_.store,
        house_.executor,
        codec_,
        house_.limits,
        house_.limiters}};
    FakeIdentity identity_;
    RoomHomes homes_{{{house_.loop, rooms_, house_.executor}}};
    EventRates rates_{house_.limits, house_.clock};
    YMessages messages_{house_.limits, rates_.code_events};
    YSessions sessions_{1};
    YWorld world_{
        homes_,
        identity_,
        house_.clock,
        house_.limits,
        messages_,
        seconds(25),
        seconds(20),
        sessions_};
    crdt::ClientNumber last_client_ = 100;
};

TEST_F(YSessionTest, AClientIsAskedForWhatTheRoomLacksAndGetsWhatItLacks) {
    Peer ada = connect(ada_);
    ASSERT_FALSE(ada.line->heard.empty());
    EXPECT_TRUE(
        std::holds_alternative<wire::SyncStep1>(*wire::decode_y_message(ada.line->heard[0])));
    ada.synchronise();
    EXPECT_EQ(ada.replica->text(), text());
    EXPECT_NE(ada.replica->text(), "");
}

TEST_F(YSessionTest, WhatOneTypesTheOthersHave) {
    Peer ada = synchronised(ada_);
    Peer ben = synchronised(ben_);
    ada.type(0, "# Ada\n");
    settle();
    ben.follow();
    EXPECT_EQ(ben.replica->text(), ada.replica->text());
    EXPECT_EQ(text(), ada.replica->text());
    const std::size_t heard = ada.line->heard.size();
    settle();
    EXPECT_EQ(ada.line->heard.size(), heard) << "nobody gets back what they typed";
}

TEST_F(YSessionTest, AViewersEditIsRefusedWithAMessageAndTheConnectionStays) {
    in_room([&](room::Room& room) {
        room.set_role(ada_, ben_.id, room::Role::viewer, [](Result<>) {});
    });
    Peer ben = synchronised(ben_);
    const std::string before = text();
    EXPECT_EQ(ben.replica->text(), before);
    EXPECT_THAT(ben.denials, ElementsAre()) << "to answer the step 1 is no edit";
    ben.type(0, "vandal");
    ben.follow();
    EXPECT_EQ(ben.denials.size(), 1U);
    EXPECT_EQ(text(), before);
    EXPECT_EQ(ben.line->close_code, 0);
}

TEST_F(YSessionTest, AwarenessReachesTheOthersAndGoesWithItsConnection) {
    Peer ada = synchronised(ada_);
    Peer ben = synchronised(ben_);
    ada.say_state(1, R"({"user":{"name":"Ada"}})");
    settle();
    ben.follow();
    EXPECT_EQ(ben.awareness_heard, 1U);
    ada.line->vanish();
    settle();
    ben.follow();
    EXPECT_EQ(ben.awareness_heard, 2U) << "that she has gone";
    EXPECT_THAT(people_in_room(), ElementsAre("Ben"));
    EXPECT_EQ(sessions_.count(), 1U);
}

TEST_F(YSessionTest, EchoesOfAwarenessDoNotCountAgainstARate) {
    Peer ada = synchronised(ada_);
    Peer ben = synchronised(ben_);
    ada.say_state(1, R"({"user":{"name":"Ada"}})");
    settle();
    const std::string state = ben.line->heard.back();
    for (std::size_t i = 0; i < 3 * house_.limits.code_events_per_second; ++i)
        ben.line->send(state);
    ben.say_state(1, R"({"user":{"name":"Ben"}})");
    settle();
    ada.follow();
    EXPECT_EQ(ada.awareness_heard, 1U);
}

TEST_F(YSessionTest, AFloodOfQuestionsEndsThatConnection) {
    Peer ada = synchronised(ada_);
    for (std::size_t i = 0; i <= house_.limits.code_events_per_second; ++i)
        ada.say(wire::SyncStep1{ada.replica->state_vector()});
    EXPECT_EQ(ada.line->close_code, 1013);
    settle();
    EXPECT_THAT(people_in_room(), ElementsAre());
}

struct Malformed {
    const char* what;
    std::string bytes;
};
void PrintTo(const Malformed& malformed, std::ostream* out) {
    *out << malformed.what;
}
class MalformedMessage : public YSessionTest, public testing::WithParamInterface<Malformed> {};
TEST_P(MalformedMessage, EndsItsConnectionAloneAndIsCounted) {
    Peer ada = synchronised(ada_);
    Peer ben = synchronised(ben_);
    const std::string before = text();
    ben.line->send(GetParam().bytes);
    EXPECT_EQ(ben.line->close_code, 1007);
    EXPECT_EQ(ben.line->close_reason, "malformed message");
    EXPECT_EQ(messages_.malformed_count(), 1U);
    settle();
    EXPECT_EQ(text(), before);
    EXPECT_THAT(people_in_room(), ElementsAre("Ada"));
    EXPECT_EQ(ada.line->close_code, 0);
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    MalformedMessage,
    testing::Values(
        Malformed{"nothing", ""},
        Malformed{"a sync message without its kind", std::string("\0", 1)},
        Malformed{"an unknown sync message", std::string("\0\x09", 2)},
        Malformed{"an update longer than its frame", std::string("\0\2\xff\xff\3", 5)},
        Malformed{"an update that is none", std::string("\0\2\3\1\xff\0", 6)},
        Malformed{"a step 2 that is none", std::string("\0\1\3\1\xff\0", 6)},
        Malformed{"a state vector that is none", std::string("\0\0\2\5\1", 5)},
        Malformed{"awareness that is none", std::string("\1\2\5\1", 4)}));

TEST_F(YSessionTest, UnknownMessagesAreIgnored) {
    Peer ada = synchronised(ada_);
    ada.line->send("\x09\x09\x09");
    ada.say(wire::PermissionDenied{"from a client"});
    EXPECT_EQ(ada.line->close_code, 0);
    EXPECT_EQ(messages_.malformed_count(), 0U);
}

TEST_F(YSessionTest, TextMessagesAreNotTaken) {
    Peer ada = synchronised(ada_);
    ada.line->handler.message(net::MessageKind::text, "hello");
    EXPECT_EQ(ada.line->close_code, 1003);
}

TEST_F(YSessionTest, AnUpdateThatIsTooLargeMayComeAsAStep2) {
    house_.limits.message_bytes = 100;
    Peer ada = synchronised(ada_);
    const std::string pasted(200, 'x');
    ada.type(0, pasted);
    EXPECT_EQ(messages_.too_large_count(), 1U);
    EXPECT_THAT(text(), testing::Not(HasSubstr(pasted)));
    ada.follow();  // it is asked, and answers
    settle();
    EXPECT_THAT(text(), HasSubstr(pasted));
    EXPECT_EQ(ada.line->close_code, 0);
}

TEST_F(YSessionTest, AStep2ThatIsTooLargeIsRefusedWithAMessage) {
    house_.limits.sync_bytes = 100;
    Peer ada = synchronised(ada_);
    ada.say(wire::SyncStep2{ada.replica->insert(0, std::string(200, 'x'))});
    ada.follow();
    EXPECT_EQ(ada.denials.size(), 1U);
    EXPECT_EQ(ada.line->close_code, 0);
}

TEST_F(YSessionTest, ALonelyClientHearsSomethingBeforeItWouldGiveUp) {
    Peer ada = synchronised(ada_);  // y-websocket reconnects after 30 s of silence
    for (int minute = 0; minute < 4; ++minute) {
        const std::size_t heard = ada.line->heard.size();
        ada.line->heard_at = house_.clock.steady_now() + seconds(29);
        house_.wait(seconds(29));
        EXPECT_GT(ada.line->heard.size(), heard);
    }
    EXPECT_EQ(ada.line->close_code, 0);
}

TEST_F(YSessionTest, AClientThatDoesNotAnswerPingsIsGoneAfter45Seconds) {
    Peer ada = synchronised(ada_);
    house_.wait(milliseconds(24'900));
    EXPECT_EQ(ada.line->pings, 0U);
    house_.wait(milliseconds(200));
    EXPECT_EQ(ada.line->pings, 1U);
    house_.wait(milliseconds(19'800));
    EXPECT_EQ(ada.line->close_code, 0);
    house_.wait(milliseconds(200));
    EXPECT_EQ(ada.line->close_code, 1001);
    EXPECT_THAT(people_in_room(), ElementsAre());
}

TEST_F(YSessionTest, AClientThatAnswersPingsStays) {
    Peer ada = synchronised(ada_);
    for (int i = 0; i < 120; ++i) {
        house_.wait(seconds(1));
        ada.line->heard_at = house_.clock.steady_now();
    }
    EXPECT_EQ(ada.line->close_code, 0);
    EXPECT_EQ(ada.line->pings, 4U);
}

TEST_F(YSessionTest, AClientThatTakesNothingIsDroppedAsASlowConsumer) {
    Peer ada = synchronised(ada_);
    Peer ben = synchronised(ben_);
    ben.line->queued_bytes = house_.limits.outbox_bytes;
    ada.type(0, "x");
    EXPECT_EQ(ben.line->close_code, 1013);
    EXPECT_THAT(ben.line->heard, ElementsAre()) << "what was queued is not worth sending";
    settle();
    EXPECT_THAT(people_in_room(), ElementsAre("Ada"));
}

TEST_F(YSessionTest, AClientThatStallsIsDroppedEvenWhenNobodyTypes) {
    Peer ada = synchronised(ada_);
    for (int i = 0; i < 50 && ada.line->close_code == 0; ++i) {
        house_.wait(seconds(1));
        ada.line->heard_at = house_.clock.steady_now();
        ada.line->stalled_for += seconds(1);
    }
    EXPECT_EQ(ada.line->close_code, 1013);
}

TEST_F(YSessionTest, AnExpiredTokenEndsTheConnection) {
    Peer ada = connect(ada_, minutes(5));
    for (int i = 0; i < 5 * 60 + 1; ++i) {
        ada.line->heard_at = house_.clock.steady_now();
        house_.wait(seconds(1));
    }
    EXPECT_EQ(ada.line->close_code, 4401);
    EXPECT_THAT(people_in_room(), ElementsAre());
}

TEST_F(YSessionTest, ASignOutEndsTheConnection) {
    Peer ada = synchronised(ada_);
    identity_.callers.clear();
    for (const auto& session : sessions_.on(0))
        session->recheck();
    settle();
    EXPECT_EQ(ada.line->close_code, 4401);
    EXPECT_EQ(sessions_.count(), 0U);
}

TEST_F(YSessionTest, ARemovedMembersConnectionEnds) {
    Peer ben = synchronised(ben_);
    in_room([&](room::Room& room) { room.remove_member(ada_, ben_.id, [](Result<>) {}); });
    EXPECT_EQ(ben.line->close_code, 4403);
    EXPECT_EQ(sessions_.count(), 0U);
}

TEST_F(YSessionTest, ADeletedRoomEndsItsConnections) {
    Peer ben = synchronised(ben_);
    in_room([&](room::Room& room) { room.remove(ada_, [](Result<>) {}); });
    EXPECT_EQ(ben.line->close_code, 4404);
    EXPECT_EQ(sessions_.count(), 0U);
}

TEST_F(YSessionTest, AFullRoomSaysSo) {
    house_.limits.room_sockets = 1;
    Peer ada = synchronised(ada_);
    Peer ben = connect(ben_);
    EXPECT_EQ(ben.line->close_code, 4409);
    EXPECT_FALSE(ben.line->is_read());
    EXPECT_EQ(sessions_.count(), 1U);
}

TEST_F(YSessionTest, NothingIsReadBeforeTheClientHasItsSeat) {
    auto line = std::make_shared<YClient>();
    const std::string token = token_for(ada_);
    auto session = std::make_shared<YSession>(
        world_,
        RoomId::random(house_.random),
        YSession::Client{"sid", token, identity_.callers.at(token)},
        std::make_unique<FakeYLine>(line));
    sessions_.add(0, session);
    session->start();
    EXPECT_FALSE(line->is_read());
    house_.loop.run_until_idle();
    EXPECT_FALSE(line->is_read());
    EXPECT_EQ(line->close_code, 4404);
}

TEST_F(YSessionTest, ASessionLeavesNothingBehind) {
    const std::size_t timers = house_.loop.pending_timers();
    Peer ada = synchronised(ada_);
    ada.line->vanish();
    house_.wait(house_.limits.room_idle + minutes(1));
    EXPECT_LE(house_.loop.pending_timers(), timers);
    EXPECT_EQ(sessions_.count(), 0U);
}

}  // namespace
}  // namespace codencollab::gateway
