#include "gateway/room_sockets.h"

#include "gateway/contract_codec.h"
#include "support/fake_identity.h"
#include "support/house.h"
#include "support/replica.h"
#include "wire/json_text.h"
#include "wire/y_protocol.h"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace codencollab::gateway {
namespace {

using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
namespace json = boost::json;

/// A socket that remembers what was said over it.
class FakeSocket final : public Socket, public std::enable_shared_from_this<FakeSocket> {
  public:
    FakeSocket(Loop& loop, std::string sid) : loop_(loop), sid_(std::move(sid)) {}

    const std::string& sid() const override { return sid_; }
    const std::string& remote_address() const override { return address_; }
    Loop& loop() const override { return loop_; }
    std::weak_ptr<Socket> weak() override { return weak_from_this(); }
    bool is_open() const override { return is_open_; }
    void emit(const SharedPacket& packet) override {
        emitted.emplace_back(packet->polling_part(0));
        if (packet->part_count() > 1) binary.emplace_back(packet->part_bytes(1));
        if (is_slow) is_open_ = false;
    }
    void emit(std::string_view name, std::string_view arguments) override {
        emitted.push_back("42[\"" + std::string(name) + "\"," + std::string(arguments) + "]");
    }
    void emit(std::string_view, std::string_view, const std::vector<std::string>&) override {}
    void ack(std::uint64_t id, std::string_view arguments) override {
        acks[id] = *wire::parse_json(arguments);
    }
    void ack(std::uint64_t, std::string_view, const std::vector<std::string>&) override {}
    void disconnect() override {
        is_open_ = false;
        said_goodbye = true;
    }
    void close(std::uint16_t code, std::string_view) override {
        is_open_ = false;
        close_code = code;
        acks_before_close = acks.size();
    }
    void move_to(Loop&, Task then) override { loop_.post(std::move(then)); }
    std::size_t queued_bytes() const override { return 0; }

    std::vector<std::string> emitted;
    std::vector<std::string> binary;  // the first attachment of each packet that had one
    std::map<std::uint64_t, json::value> acks;
    bool is_slow = false;
    bool said_goodbye = false;
    int close_code = 0;
    std::size_t acks_before_close = 0;

  private:
    Loop& loop_;
    std::string sid_;
    std::string address_ = "192.0.2.1";
    bool is_open_ = true;
};

class RoomSocketsTest : public testing::Test {
  protected:
    RoomSocketsTest() {
        ada_token_ = token_for(ada_, minutes(60));
        room_ = house_.make_room(ada_);
    }

    std::string token_for(const room::User& user, std::chrono::milliseconds life) {
        const std::string token = "token-" + std::to_string(identity_.callers.size());
        identity_.callers.emplace(
            token, Caller{user, house_.clock.wall_now() + life, std::nullopt});
        return token;
    }

    std::shared_ptr<FakeSocket> socket() {
        return std::make_shared<FakeSocket>(house_.loop, "sid-" + std::to_string(++last_sid_));
    }

    Result<> connect(FakeSocket& socket, const std::string& token) {
        std::optional<Result<>> outcome;
        const json::value auth = token.empty() ? json::value() : json::value{{"token", token}};
        sockets_.on_connect(socket, auth, [&](Result<> result) { outcome = std::move(result); });
        house_.loop.run_until_idle();
        return outcome ? *outcome : Result<>(fail(ErrorCode::internal, "never answered"));
    }

    std::shared_ptr<FakeSocket> connected(const std::string& token) {
        auto made = socket();
        EXPECT_TRUE(connect(*made, token));
        return made;
    }

    void send(FakeSocket& to, std::string name, json::value payload, std::uint64_t ack) {
        sockets_.on_event(to, {std::move(name), {std::move(payload)}, {}, ack});
    }

    json::value ask(FakeSocket& of, std::string name, json::value payload) {
        const std::uint64_t id = ++last_ack_;
        send(of, std::move(name), std::move(payload), id);
        house_.loop.run_until_idle();
        return of.acks.contains(id) ? of.acks.at(id) : json::value();
    }

    json::value join(FakeSocket& of) { return ask(of, "join", {{"room_id", room_.view()}}); }
    json::value join_as_replica(FakeSocket& of) {
        return ask(of, "join", {{"room_id", room_.view()}, {"sync", "yjs"}});
    }

    /// Sends one message of y-protocols; the ack's number.
    std::uint64_t send_message(FakeSocket& to, const std::string& message) {
        const std::uint64_t id = ++last_ack_;
        const json::value placeholder = {{"_placeholder", true}, {"num", 0}};
        sockets_.on_event(to, {"yjs", {placeholder}, {message}, id, message.size()});
        return id;
    }
    std::uint64_t type(FakeSocket& socket, Replica& replica, std::string_view text) {
        return send_message(
            socket, wire::encode_y_message(wire::SyncUpdate{replica.insert(0, text)}));
    }
    /// Takes in what the socket was told since the last time.
    static void follow(FakeSocket& socket, Replica& replica) {
        for (const std::string& bytes : std::exchange(socket.binary, {})) {
            const auto message = wire::decode_y_message(bytes);
            ASSERT_TRUE(message);
            if (const auto* reply = std::get_if<wire::SyncStep2>(&*message)) {
                EXPECT_TRUE(replica.apply(reply->update));
            } else if (const auto* update = std::get_if<wire::SyncUpdate>(&*message)) {
                EXPECT_TRUE(replica.apply(update->update));
            }
        }
    }
    void synchronise(FakeSocket& socket, Replica& replica) {
        send_message(socket, wire::encode_y_message(wire::SyncStep1{replica.state_vector()}));
        follow(socket, replica);
    }
    std::string text() {
        std::string text;
        rooms_.with_room(room_, [&](Result<room::Room*> room) { text = *(*room)->text(ada_.id); });
        return text;
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
    YMessages y_messages_{house_.limits, rates_.code_events};
    RoomSockets sockets_{homes_, identity_, house_.clock, house_.limits, rates_, y_messages_};
    std::string ada_token_;
    std::uint64_t last_ack_ = 0;
    int last_sid_ = 0;
};

TEST_F(RoomSocketsTest, WithoutAGoodTokenNobodyComesIn) {
    const auto missing = connect(*socket(), "");
    EXPECT_EQ(missing.error().code, ErrorCode::missing_token);
    EXPECT_EQ(missing.error().message, "Missing token");
    const auto invalid = connect(*socket(), "made-up");
    EXPECT_EQ(invalid.error().code, ErrorCode::invalid_token);
    EXPECT_EQ(invalid.error().message, "Invalid token");
}

TEST_F(RoomSocketsTest, AJoinIsAnsweredWithTheRoomsState) {
    const auto ada = connected(ada_token_);
    const auto answer = join(*ada);
    EXPECT_TRUE(answer.at("ok").as_bool());
    EXPECT_EQ(answer.at("you").at("sid"), json::string(ada->sid()));
    EXPECT_EQ(answer.at("role"), "owner");
    ASSERT_GE(ada->emitted.size(), 3U);
    EXPECT_THAT(ada->emitted[0], HasSubstr("room-state"));
    EXPECT_THAT(ada->emitted[1], HasSubstr("initial-code"));
    EXPECT_THAT(ada->emitted[2], HasSubstr("chat-history"));
}

TEST_F(RoomSocketsTest, AJoinWithoutAckThatFailsIsAJoinError) {
    const auto ada = connected(ada_token_);
    sockets_.on_event(*ada, {"join", {json::value{{"room_id", "nowhere"}}}, {}, std::nullopt});
    ASSERT_EQ(ada->emitted.size(), 1U);
    EXPECT_THAT(ada->emitted[0], HasSubstr(R"(42["join-error",{"code":"room_not_found")"));
}

TEST_F(RoomSocketsTest, EventsSentBehindAJoinAreHandledAfterIt) {
    const auto ada = connected(ada_token_);
    send(*ada, "join", {{"room_id", room_.view()}}, 1);
    send(*ada, "chat_message", {{"text", "first"}}, 2);
    send(*ada, "leave", json::object(), 3);
    send(*ada, "chat_message", {{"text", "too late"}}, 4);
    house_.loop.run_until_idle();
    EXPECT_TRUE(ada->acks.at(1).at("ok").as_bool());
    EXPECT_TRUE(ada->acks.at(2).at("ok").as_bool());
    EXPECT_TRUE(ada->acks.at(3).at("ok").as_bool());
    EXPECT_EQ(ada->acks.at(4).at("error").at("code"), "not_joined");
}

TEST_F(RoomSocketsTest, WhoGoesWhileTheRoomLoadsIsNotInIt) {
    auto ada = connected(ada_token_);
    send(*ada, "join", {{"room_id", room_.view()}}, 1);
    sockets_.on_disconnect(*ada, DisconnectReason::client_left);
    ada.reset();
    house_.loop.run_until_idle();
    EXPECT_THAT(people_in_room(), ElementsAre());
}

TEST_F(RoomSocketsTest, ADisconnectedSocketLeavesItsRoom) {
    rooms_.with_room(room_, [](Result<room::Room*>) {});
    house_.loop.run_until_idle();
    const std::size_t of_the_room_itself = house_.loop.pending_timers();
    const auto ada = connected(ada_token_);
    join(*ada);
    EXPECT_THAT(people_in_room(), ElementsAre("Ada"));
    sockets_.on_disconnect(*ada, DisconnectReason::ping_timeout);
    EXPECT_THAT(people_in_room(), ElementsAre());
    EXPECT_EQ(house_.loop.pending_timers(), of_the_room_itself);
}

TEST_F(RoomSocketsTest, AnExpiredTokenEndsTheSession) {
    const auto ada = connected(token_for(ada_, minutes(90)));
    join(*ada);
    house_.wait(minutes(89));
    EXPECT_FALSE(ada->said_goodbye);
    house_.wait(minutes(2));
    EXPECT_TRUE(ada->said_goodbye);
    EXPECT_THAT(ada->emitted.back(), HasSubstr("token_expired"));
    EXPECT_THAT(people_in_room(), ElementsAre());
}

TEST_F(RoomSocketsTest, ARefreshedTokenLetsItGoOn) {
    const auto ada = connected(token_for(ada_, minutes(5)));
    join(*ada);
    EXPECT_TRUE(ask(*ada, "refresh", {{"token", ada_token_}}).at("ok").as_bool());
    house_.wait(minutes(30));
    EXPECT_FALSE(ada->said_goodbye);
}

TEST_F(RoomSocketsTest, ARefreshByAnotherUsersTokenChangesNothing) {
    const auto ada = connected(token_for(ada_, minutes(5)));
    const auto answer = ask(*ada, "refresh", {{"token", token_for(ben_, minutes(60))}});
    EXPECT_EQ(answer.at("error").at("code"), "invalid_token");
    house_.wait(minutes(6));
    EXPECT_TRUE(ada->said_goodbye);
}

TEST_F(RoomSocketsTest, ASignOutEndsTheSocketsWhoseTokensAreGone) {
    const std::string other_token = token_for(ada_, minutes(60));
    const auto here = connected(ada_token_);
    const auto elsewhere = connected(other_token);
    join(*here);
    identity_.callers.erase(ada_token_);
    sockets_.recheck(ada_.id);
    house_.loop.run_until_idle();
    EXPECT_TRUE(here->said_goodbye);
    EXPECT_FALSE(elsewhere->said_goodbye);
    EXPECT_THAT(people_in_room(), ElementsAre());
}

TEST_F(RoomSocketsTest, ASignOutDuringAJoinIsNotMissed) {
    const auto ada = connected(ada_token_);
    identity_.answers_later = true;
    send(*ada, "join", {{"room_id", room_.view()}}, 1);
    identity_.callers.erase(ada_token_);
    sockets_.recheck(ada_.id);
    house_.loop.run_until_idle();
    EXPECT_TRUE(ada->said_goodbye);
}

TEST_F(RoomSocketsTest, ASlowConsumerIsClosedSoThatItComesBack) {
    const auto ada = connected(ada_token_);
    join(*ada);
    const auto ben = connected(token_for(ben_, minutes(60)));
    rooms_.with_room(
        room_, [&](Result<room::Room*> room) { (*room)->join(ben_, [](Result<room::Role>) {}); });
    house_.loop.run_until_idle();
    ada->is_slow = true;
    join(*ben);  // is told to the others: more than this one takes
    house_.loop.run_until_idle();
    EXPECT_EQ(ada->close_code, 1013);
    EXPECT_FALSE(ada->said_goodbye);
    EXPECT_THAT(people_in_room(), ElementsAre("Ben"));
}

TEST_F(RoomSocketsTest, AReplicaIsToldTheStateAndAskedForItsOwn) {
    const auto ada = connected(ada_token_);
    EXPECT_TRUE(join_as_replica(*ada).at("ok").as_bool());
    EXPECT_THAT(ada->emitted, testing::Contains(HasSubstr("room-state")));
    EXPECT_THAT(ada->emitted, testing::Not(testing::Contains(HasSubstr("initial-code"))));
    EXPECT_THAT(ada->emitted, testing::Contains(R"(451-["yjs",{"_placeholder":true,"num":0}])"));
    ASSERT_FALSE(ada->binary.empty());
    EXPECT_TRUE(std::holds_alternative<wire::SyncStep1>(*wire::decode_y_message(ada->binary[0])));
}

TEST_F(RoomSocketsTest, AnUpdateIsAnsweredOnceItIsStored) {
    const auto ada = connected(ada_token_);
    join_as_replica(*ada);
    Replica replica(7);
    synchronise(*ada, replica);
    const auto id = type(*ada, replica, "# Ada\n");
    EXPECT_EQ(text(), replica.text());
    EXPECT_FALSE(ada->acks.contains(id)) << "it is in memory alone";
    house_.wait_for_commit();
    ASSERT_TRUE(ada->acks.contains(id));
    EXPECT_TRUE(ada->acks.at(id).at("ok").as_bool());
}

TEST_F(RoomSocketsTest, AnUpdateOfASocketThatLeftIsAnsweredNonetheless) {
    const auto ada = connected(ada_token_);
    join_as_replica(*ada);
    Replica replica(7);
    synchronise(*ada, replica);
    const auto id = type(*ada, replica, "# Ada\n");
    ask(*ada, "leave", json::object());
    house_.wait_for_commit();
    EXPECT_TRUE(ada->acks.at(id).at("ok").as_bool());
}

TEST_F(RoomSocketsTest, AnUpdateOfASocketThatHasGoneIsAnsweredToNobody) {
    const auto ada = connected(ada_token_);
    join_as_replica(*ada);
    Replica replica(7);
    synchronise(*ada, replica);
    const auto id = type(*ada, replica, "# Ada\n");
    sockets_.on_disconnect(*ada, DisconnectReason::client_left);
    ada->set_state(nullptr);
    house_.wait_for_commit();
    EXPECT_FALSE(ada->acks.contains(id));
    EXPECT_EQ(text(), replica.text());
}

TEST_F(RoomSocketsTest, ASlowStoreDelaysTheAnswerAndNothingElse) {
    const auto ada = connected(ada_token_);
    join_as_replica(*ada);
    Replica replica(7);
    synchronise(*ada, replica);
    const auto other = connected(ada_token_);
    join_as_replica(*other);
    Replica copy(8);
    synchronise(*other, copy);

    house_.store.hold();
    const auto id = type(*ada, replica, "# Ada\n");
    house_.wait(std::chrono::seconds(1));
    follow(*other, copy);
    EXPECT_EQ(copy.text(), replica.text());
    EXPECT_FALSE(ada->acks.contains(id));
    house_.store.release();
    house_.loop.run_until_idle();
    EXPECT_TRUE(ada->acks.at(id).at("ok").as_bool());
}

TEST_F(RoomSocketsTest, WhileTheStoreFailsPeopleAreToldAndNothingIsAnsweredAsStored) {
    const auto ada = connected(ada_token_);
    join_as_replica(*ada);
    Replica replica(7);
    synchronise(*ada, replica);

    house_.store.is_failing = true;
    const auto id = type(*ada, replica, "# Ada\n");
    house_.wait(std::chrono::seconds(10));
    EXPECT_FALSE(ada->acks.contains(id));
    EXPECT_THAT(ada->emitted, testing::Contains(HasSubstr(R"("saved":false)")));
    house_.store.is_failing = false;
    house_.wait(std::chrono::seconds(10));
    EXPECT_TRUE(ada->acks.at(id).at("ok").as_bool());
    EXPECT_THAT(ada->emitted, testing::Contains(HasSubstr(R"("saved":true)")));
}

TEST_F(RoomSocketsTest, BothKindsOfClientShareOneText) {
    const auto ada = connected(ada_token_);
    join_as_replica(*ada);
    Replica replica(7);
    synchronise(*ada, replica);
    const auto ben = connected(token_for(ben_, minutes(60)));
    rooms_.with_room(
        room_, [&](Result<room::Room*> room) { (*room)->join(ben_, [](Result<room::Role>) {}); });
    house_.loop.run_until_idle();
    join(*ben);
    type(*ada, replica, "# Ada\n");
    EXPECT_THAT(ben->emitted.back(), HasSubstr("code-update"));

    const auto update = wire::parse_json(ben->emitted.back().substr(2))->at(1);
    const auto change = wire::parse_json(
        R"({"changes":[{"range":{"startLineNumber":1,"startColumn":1,"endLineNumber":1,)"
        R"("endColumn":1},"rangeOffset":0,"rangeLength":0,"text":"# Ben\n"}]})");
    json::object with_rev = change->as_object();
    with_rev["rev"] = update.at("rev");
    send(*ben, "code_change", with_rev, 99);
    follow(*ada, replica);
    EXPECT_THAT(replica.text(), testing::StartsWith("# Ben\n# Ada\n"));
    EXPECT_FALSE(ben->acks.contains(99));
    house_.wait_for_commit();
    EXPECT_TRUE(ben->acks.at(99).at("ok").as_bool());
    EXPECT_TRUE(ben->acks.at(99).as_object().contains("rev"));
}

TEST_F(RoomSocketsTest, WhatIsNotBinaryIsRefusedAndTheSocketStays) {
    const auto ada = connected(ada_token_);
    join_as_replica(*ada);
    for (const json::value& payload :
         {json::value("text"),
          json::value{{"a", 1}},
          json::value(),
          json::value{{"_placeholder", true}, {"num", 7}},
          json::value{{"_placeholder", true}, {"num", -1}}}) {
        EXPECT_EQ(ask(*ada, "yjs", payload).at("error").at("code"), "bad_payload");
    }
    sockets_.on_event(*ada, {"yjs", {}, {}, std::nullopt});
    EXPECT_THAT(ada->emitted.back(), HasSubstr("error-message"));
    EXPECT_TRUE(ada->is_open());
}

TEST_F(RoomSocketsTest, AMalformedMessageIsAnsweredAndItsSocketClosed) {
    for (const std::string& bytes :
         {std::string("\0\2\xff\xff\3", 5), std::string("\0\2\3\1\xff\0", 6)}) {
        const auto ada = connected(ada_token_);
        join_as_replica(*ada);
        const std::string before = text();
        const std::uint64_t counted = y_messages_.malformed_count();
        const auto id = send_message(*ada, bytes);
        house_.loop.run_until_idle();
        EXPECT_EQ(ada->acks.at(id).at("error").at("code"), "bad_payload");
        EXPECT_EQ(ada->close_code, 1007);
        EXPECT_EQ(ada->acks_before_close, ada->acks.size()) << "it was told before";
        EXPECT_EQ(y_messages_.malformed_count(), counted + 1);
        EXPECT_EQ(text(), before);
        sockets_.on_disconnect(*ada, DisconnectReason::server);
    }
}

TEST_F(RoomSocketsTest, AMessageThatIsTooLargeIsAnsweredAndAStep2MayBeLarger) {
    house_.limits.message_bytes = 100;
    const auto ada = connected(ada_token_);
    join_as_replica(*ada);
    Replica replica(7);
    synchronise(*ada, replica);
    const std::string update = replica.insert(0, std::string(200, 'x'));
    const auto refused = send_message(*ada, wire::encode_y_message(wire::SyncUpdate{update}));
    EXPECT_EQ(ada->acks.at(refused).at("error").at("code"), "too_large");
    EXPECT_TRUE(ada->is_open());
    const auto taken = send_message(*ada, wire::encode_y_message(wire::SyncStep2{update}));
    house_.wait_for_commit();
    EXPECT_TRUE(ada->acks.at(taken).at("ok").as_bool());
    EXPECT_EQ(text(), replica.text());
}

TEST_F(RoomSocketsTest, EachKindOfClientHasItsOwnEvents) {
    const auto ada = connected(ada_token_);
    const std::string step_1 = wire::encode_y_message(wire::SyncStep1{std::string_view("\0", 1)});
    const json::value change = {{"changes", json::array()}};
    EXPECT_EQ(ask(*ada, "code_change", change).at("error").at("code"), "not_joined");
    auto id = send_message(*ada, step_1);
    EXPECT_EQ(ada->acks.at(id).at("error").at("code"), "not_joined");
    join(*ada);
    id = send_message(*ada, step_1);
    EXPECT_EQ(ada->acks.at(id).at("error").at("code"), "not_joined");
    join_as_replica(*ada);
    EXPECT_EQ(ask(*ada, "code_change", change).at("error").at("code"), "not_joined");
    id = send_message(*ada, step_1);
    EXPECT_TRUE(ada->acks.at(id).at("ok").as_bool());
}

TEST_F(RoomSocketsTest, WhatWaitsForAJoinIsBounded) {
    house_.limits.message_bytes_hard = 1'000;
    const auto ada = connected(ada_token_);
    send(*ada, "join", {{"room_id", room_.view()}, {"sync", "yjs"}}, ++last_ack_);
    const std::string large(house_.limits.message_bytes_hard - 10, '\x09');
    const auto first = send_message(*ada, large);
    const auto second = send_message(*ada, large);
    EXPECT_FALSE(ada->acks.contains(first));
    EXPECT_EQ(ada->acks.at(second).at("error").at("code"), "rate_limited");
}

TEST_F(RoomSocketsTest, UnknownEventsAreAnswered) {
    const auto ada = connected(ada_token_);
    EXPECT_EQ(ask(*ada, "no_such_event", {}).at("error").at("code"), "unknown_event");
    sockets_.on_event(*ada, {"7", {}, {}, std::nullopt});
    EXPECT_THAT(ada->emitted.back(), HasSubstr("error-message"));
}

TEST_F(RoomSocketsTest, TooManyMessagesAreRefusedAndEmptyOnesDoNotCount) {
    const auto ada = connected(ada_token_);
    join(*ada);
    for (std::size_t i = 0; i < 2 * house_.limits.chats_per_second; ++i) {
        EXPECT_EQ(ask(*ada, "chat_message", {{"text", ""}}).at("error").at("code"), "bad_payload");
    }
    for (std::size_t i = 0; i < house_.limits.chats_per_second; ++i) {
        EXPECT_TRUE(ask(*ada, "chat_message", {{"text", "x"}}).at("ok").as_bool());
    }
    EXPECT_EQ(ask(*ada, "chat_message", {{"text", "x"}}).at("error").at("code"), "rate_limited");
}

}  // namespace
}  // namespace codencollab::gateway
