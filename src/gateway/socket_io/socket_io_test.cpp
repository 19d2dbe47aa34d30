#include "gateway/socket_io/socket_io_fixture.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace codencollab::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// WebSocket alone.

struct Breach {
    std::string what;
    std::string frame;
};
class ProtocolBreaches : public SocketIoTest, public testing::WithParamInterface<Breach> {};
TEST_P(ProtocolBreaches, CloseThatConnectionOnly) {
    RawClient other = connect_socket();
    RawClient client = connect_socket();
    client.send(GetParam().frame);
    EXPECT_EQ(client.read_frame().opcode, 8);
    client.close();
    app_.wait_for_leave();
    other.send_text(R"(42["say"])");
    EXPECT_EQ(other.read_frame().payload, R"(42["say"])");
    EXPECT_EQ(app_.leaves(), 1U);
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    ProtocolBreaches,
    testing::Values(
        Breach{"EmptyFrame", RawClient::frame(1, "")},
        Breach{"ClientPing", RawClient::frame(1, "2")},
        Breach{"Type9", RawClient::frame(1, "9")},
        Breach{"SecondConnect", RawClient::frame(1, "40")},
        Breach{"ConnectError", RawClient::frame(1, "44{}")},
        Breach{"OtherNamespace", RawClient::frame(1, R"(42/nope,["a"])")},
        Breach{"Letters", RawClient::frame(1, "4abc")},
        Breach{"Reserved", RawClient::frame(1, R"(42["disconnect"])")},
        Breach{"StrayBinary", RawClient::frame(2, "x")},
        Breach{
            "TextInsteadOfAttachment",
            RawClient::frame(1, R"(451-["a"])") + RawClient::frame(1, "42[\"b\"]")},
        Breach{"AfterDisconnect", RawClient::frame(1, "41") + RawClient::frame(1, R"(42["a"])")}),
    [](const auto& the) { return the.param.what; });

TEST_F(SocketIoTest, IgnoresWhatMeansNothing) {
    RawClient client = connect_socket();
    for (const char* packet : {"3", "5", "6", "0{}", "43123[]"})
        client.send_text(packet);
    client.send_text(R"(42["say"])");
    EXPECT_EQ(client.read_frame().payload, R"(42["say"])");
}

TEST_F(SocketIoTest, WritesAttachmentsRightAfterTheirHeader) {
    RawClient client = connect_socket();
    client.send(
        RawClient::frame(1, R"(451-7["yjs",{"_placeholder":true,"num":0}])") +
        RawClient::frame(2, std::string("\0\0\1\0", 4)));
    EXPECT_EQ(client.read_frame().payload, R"(461-7[{"_placeholder":true,"num":0}])");
    const auto bytes = client.read_frame();
    EXPECT_EQ(bytes.opcode, 2);
    EXPECT_EQ(bytes.payload, std::string("\0\0\1\0", 4));
}

TEST_F(SocketIoTest, LeavingTheNamespaceKeepsTheTransport) {
    RawClient client = connect_socket();
    client.send_text("41");
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::client_left);
    client.send_text("40");
    EXPECT_THAT(client.read_frame().payload, StartsWith(R"(40{"sid":")"));
}

// Coming in.

TEST_F(SocketIoTest, RefusesABadTokenAndStaysForAnother) {
    RawClient client = open_socket();
    client.send_text(R"(40{"token":"bad"})");
    EXPECT_EQ(
        client.read_frame().payload,
        R"(44{"message":"Invalid token","data":{"code":"invalid_token"}})");
    client.send_text(R"(40{"token":"good"})");
    EXPECT_THAT(client.read_frame().payload, StartsWith(R"(40{"sid":")"));
}

TEST_F(SocketIoTest, ClosesATransportThatIsRefusedTooOften) {
    RawClient client = open_socket();
    for (int i = 0; i < 5; ++i) {
        client.send_text(R"(40{"token":"bad"})");
        EXPECT_THAT(client.read_frame().payload, StartsWith("44"));
    }
    EXPECT_EQ(client.read_frame().opcode, 8);
}

TEST_F(SocketIoTest, AFailureThatMayPassClosesTheTransportWithout44) {
    RawClient client = open_socket();
    client.send_text(R"(40{"token":"down"})");
    const auto frame = client.read_frame();
    EXPECT_EQ(frame.opcode, 8);
    EXPECT_EQ(frame.payload.substr(0, 2), "\x03\xF5");  // 1013
}

TEST_F(SocketIoTest, RefusesAnUnknownNamespace) {
    RawClient client = open_socket();
    client.send_text("40/nope?x=1,{}");
    EXPECT_EQ(client.read_frame().payload, R"(44/nope?x=1,{"message":"Invalid namespace"})");
    client.send_text("40");
    EXPECT_THAT(client.read_frame().payload, StartsWith(R"(40{"sid":")"));
}

TEST_F(SocketIoTest, KeepsEventsThatComeWhileTheTokenIsChecked) {
    RawClient client = open_socket();
    std::string all = RawClient::frame(1, R"(40{"token":"later"})");
    for (int i = 0; i < 10; ++i)
        all += RawClient::frame(1, "42[\"say\"," + std::to_string(i) + "]");
    client.send(all);
    EXPECT_THAT(client.read_frame().payload, StartsWith(R"(40{"sid":")"));
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(client.read_frame().payload, "42[\"say\"," + std::to_string(i) + "]");
    }
}

TEST_F(SocketIoTest, BoundsWhatAStrangerMaySend) {
    RawClient talkative = open_socket();
    talkative.send_text(R"(40{"token":"never"})");
    for (int i = 0; i < 65; ++i)
        talkative.send_text(R"(42["say"])");
    EXPECT_EQ(talkative.read_frame().opcode, 8);

    RawClient large = open_socket();
    large.send_text("40{\"token\":\"" + std::string(20'000, 'x') + "\"}");
    EXPECT_EQ(large.read_frame().opcode, 8);
    EXPECT_EQ(app_.leaves(), 0U) << "none of them had come in";
}

TEST_F(SocketIoTest, EventsBeforeConnectCloseTheConnection) {
    RawClient client = open_socket();
    client.send_text(R"(42["say"])");
    EXPECT_EQ(client.read_frame().opcode, 8);
}

// Sizes.

TEST_F(SocketIoTest, AnswersAnEventThatIsTooLargeAndStays) {
    RawClient client = connect_socket();
    const std::string text(1 << 20, 'x');
    client.send_text("425[\"chat_message\",\"" + text + "\"]");
    EXPECT_THAT(
        client.read_frame().payload, StartsWith(R"(435[{"ok":false,"error":{"code":"too_large")"));
    client.send_text("42[\"chat_message\",\"" + text + "\"]");
    EXPECT_THAT(
        client.read_frame().payload, StartsWith(R"(42["error-message",{"code":"too_large")"));
    client.send_text("426[\"code_change\",\"" + text + "\"]");
    EXPECT_EQ(client.read_frame().payload.size(), text.size() + 7);
}

TEST_F(SocketIoTest, ClosesOnAMessageOverTheHardLimitBeforeItComes) {
    RawClient client = connect_socket();
    client.send(RawClient::frame(2, std::string((8 << 20) + 1, 'x')).substr(0, 14));
    const auto frame = client.read_frame();
    EXPECT_EQ(frame.opcode, 8);
    EXPECT_EQ(frame.payload.substr(0, 2), "\x03\xF1");  // 1009
}

// Ends.

TEST_F(SocketIoTest, DisconnectSays41AndCloses) {
    RawClient client = connect_socket();
    client.send_text(R"(42["kick"])");
    EXPECT_EQ(client.read_frame().payload, "41");
    EXPECT_EQ(client.read_frame().opcode, 8);
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::server);

    const std::string sid = connect_polling();
    post(sid, R"(42["kick"])");
    EXPECT_EQ(
        poll(sid),
        "41\x1e"
        "1")
        << "the next poll brings the news";
    EXPECT_THAT(poll(sid), HasSubstr("Session ID unknown"));
}

TEST_F(SocketIoTest, ASlowConsumerIsToldAndDropped) {
    RawClient client(port_);
    client.set_receive_buffer(4'096);
    client.open_web_socket(std::string(base) + "websocket");
    client.read_frame();
    client.send_text("40");
    client.read_frame();
    client.send_text(R"(42["flood"])");
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::slow_consumer);
}

TEST_F(SocketIoTest, ASlowPollingConsumerLearnsWhyOnItsNextPoll) {
    const std::string sid = connect_polling();
    post(sid, R"(42["flood"])");
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::slow_consumer);
    const std::string payload = poll(sid);
    EXPECT_THAT(payload, StartsWith(R"(42["error-message",{"code":"slow_consumer")"));
    EXPECT_THAT(
        payload,
        testing::EndsWith("\x1e"
                          "1"));
}

TEST_F(SocketIoTest, DrainingClosesEverySessionAndRefusesNewOnes) {
    RawClient client = connect_socket();
    const std::string sid = connect_polling();
    RawClient waiting(port_);
    send(waiting, "GET", "EIO=4&transport=polling&sid=" + sid);
    sockets_->drain(std::chrono::milliseconds(40));
    const auto frame = client.read_frame();
    EXPECT_EQ(frame.payload, "\x03\xF4service restart");  // 1012
    EXPECT_EQ(waiting.read_response().body, "1");
    EXPECT_EQ(
        ask("GET", "EIO=4&transport=polling").body, R"({"code":4,"message":"Shutting down"})");
}

// Moves.

TEST_F(SocketIoTest, AWebSocketSessionMovesWhileMessagesFlow) {
    RawClient client = connect_socket();
    std::string all;
    for (int i = 0; i < 200; ++i) {
        all += RawClient::frame(1, "42[\"say\"," + std::to_string(i) + "]");
        if (i % 10 == 5) all += RawClient::frame(1, R"(42["move"])");
    }
    client.send(all);
    int next = 0;
    int moved = 0;
    while (next < 200) {
        const std::string payload = client.read_frame().payload;
        if (payload == R"(42["moved"])") {
            ++moved;
            continue;
        }
        ASSERT_EQ(payload, "42[\"say\"," + std::to_string(next) + "]");
        ++next;
    }
    EXPECT_EQ(app_.moves(), 20);
    EXPECT_EQ(moved, 20);
}

TEST_F(SocketIoTest, APollingSessionMovesWithItsPolls) {
    const std::string sid = connect_polling();
    for (int round = 0; round < 20; ++round) {
        RawClient waiting(port_);
        send(waiting, "GET", "EIO=4&transport=polling&sid=" + sid);
        // What follows the move in one payload comes after it.
        EXPECT_EQ(
            post(
                sid,
                "42[\"move\"]\x1e"
                "42[\"say\",1]\x1e"
                "42[\"say\",2]")
                .body,
            "ok");
        std::string said = waiting.read_response().body;
        while (said.find("[\"say\",2]") == std::string::npos)
            said += "\x1e" + poll(sid);
        EXPECT_EQ(
            said,
            "42[\"moved\"]\x1e"
            "42[\"say\",1]\x1e"
            "42[\"say\",2]");
    }
    EXPECT_EQ(app_.leaves(), 0U);
}

TEST_F(SocketIoTest, AnUpgradeAndAMoveMayCross) {
    for (int round = 0; round < 20; ++round) {
        const std::string sid = connect_polling();
        RawClient probe = open_probe(sid);
        probe.send_text("2probe");
        post(sid, R"(42["move"])");
        EXPECT_EQ(probe.read_frame().payload, "3probe");
        probe.send_text("5");
        probe.send_text(R"(42["say"])");
        std::string payload = probe.read_frame().payload;
        if (payload == R"(42["moved"])") payload = probe.read_frame().payload;
        EXPECT_EQ(payload, R"(42["say"])");
    }
}

TEST_F(SocketIoTest, AClientThatLeavesOnTheWayIsMissedOnce) {
    for (int round = 0; round < 20; ++round) {
        RawClient client = connect_socket();
        client.send(RawClient::frame(1, R"(42["move"])") + RawClient::frame(1, "41"));
        client.close();
    }
    while (sockets_->session_count() > 0)
        app_.wait_for_leave();
    EXPECT_EQ(app_.leaves(), 20U);
}

TEST_F(SocketIoTest, GoesWithSessionsOfEveryKindOpen) {
    RawClient client = connect_socket();
    const std::string sid = connect_polling();
    RawClient waiting(port_);
    send(waiting, "GET", "EIO=4&transport=polling&sid=" + sid);
    RawClient probe = open_probe(connect_polling());
    client.send_text(R"(42["move"])");
    server_.reset();
    sockets_.reset();
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_TRUE(waiting.is_closed_by_server());
    EXPECT_TRUE(probe.is_closed_by_server());
    EXPECT_EQ(app_.leaves(), 0U);
}

// Short times.

SocketIoOptions impatient_options() {
    SocketIoOptions options = test_options();
    options.ping_interval = std::chrono::milliseconds(60);
    options.ping_timeout = std::chrono::milliseconds(60);
    options.connect_timeout = std::chrono::milliseconds(80);
    options.upgrade_timeout = std::chrono::milliseconds(20);
    options.unauthenticated_sessions_per_address = 3;
    return options;
}
class ImpatientSocketIoTest : public SocketIoTest {
  protected:
    ImpatientSocketIoTest() : SocketIoTest(impatient_options()) {}
};

TEST_F(ImpatientSocketIoTest, PingsAndMissesWhoDoesNotAnswer) {
    RawClient client = connect_socket();
    EXPECT_EQ(client.read_frame().payload, "2");
    client.send_text("3");
    EXPECT_EQ(client.read_frame().payload, "2");
    EXPECT_EQ(client.read_frame().opcode, 8);
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::ping_timeout);
}

TEST_F(ImpatientSocketIoTest, MissesAPollingClientThatComesNoMore) {
    const std::string sid = connect_polling();
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::ping_timeout);
    EXPECT_THAT(poll(sid), HasSubstr("Session ID unknown"));
}

TEST_F(ImpatientSocketIoTest, ClosesWhoDoesNotConnect) {
    RawClient client = open_socket();
    int opcode = client.read_frame().opcode;
    while (opcode == 1)
        opcode = client.read_frame().opcode;  // pings
    EXPECT_EQ(opcode, 8);
}

TEST_F(ImpatientSocketIoTest, AProbeHasItsTime) {
    const std::string sid = connect_polling();
    EXPECT_EQ(open_probe(sid).read_frame().opcode, 8);
}

TEST_F(ImpatientSocketIoTest, BoundsTheStrangersOfAnAddress) {
    const RawClient known = connect_socket();
    const RawClient one = open_socket();
    const RawClient two = open_socket();
    const RawClient three = open_socket();
    RawClient four(port_);
    EXPECT_EQ(four.open_web_socket(std::string(base) + "websocket").status, 403);
}

}  // namespace
}  // namespace codencollab::gateway
