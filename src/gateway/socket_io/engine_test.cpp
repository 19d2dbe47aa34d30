#include "gateway/socket_io/socket_io_fixture.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

namespace codencollab::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Requests that no session sees.

struct Refused {
    std::string what;
    std::string method;
    std::string query;
    int status;
    std::string body;
};
class RefusedRequests : public SocketIoTest, public testing::WithParamInterface<Refused> {};
TEST_P(RefusedRequests, SayWhatIsWrong) {
    const auto response = ask(GetParam().method, GetParam().query);
    EXPECT_EQ(response.status, GetParam().status);
    EXPECT_EQ(response.body, GetParam().body);
    EXPECT_THAT(response.head, HasSubstr("Content-Type: application/json\r\n"));
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    RefusedRequests,
    testing::Values(
        Refused{"NoTransport", "GET", "", 400, R"({"code":0,"message":"Transport unknown"})"},
        Refused{
            "OtherTransport",
            "GET",
            "transport=tube",
            400,
            R"({"code":0,"message":"Transport unknown"})"},
        Refused{
            "UnknownSid",
            "GET",
            "EIO=4&transport=polling&sid=x",
            400,
            R"({"code":1,"message":"Session ID unknown"})"},
        Refused{
            "Post",
            "POST",
            "EIO=4&transport=polling",
            400,
            R"({"code":2,"message":"Bad handshake method"})"},
        Refused{
            "NoUpgrade",
            "GET",
            "EIO=4&transport=websocket",
            400,
            R"({"code":3,"message":"Bad request"})"},
        Refused{
            "Jsonp",
            "GET",
            "EIO=4&transport=polling&j=0",
            400,
            R"({"code":3,"message":"Bad request"})"},
        Refused{
            "NoEio",
            "GET",
            "transport=polling",
            400,
            R"({"code":5,"message":"Unsupported protocol version"})"},
        Refused{
            "Eio3",
            "GET",
            "EIO=3&transport=polling",
            400,
            R"({"code":5,"message":"Unsupported protocol version"})"}),
    [](const auto& the) { return the.param.what; });

TEST_F(SocketIoTest, RefusesForeignOriginsOnEveryTransport) {
    const auto with_origin = [&](std::string_view origin) {
        RawClient client(port_);
        client.send(
            "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nOrigin: " +
            std::string(origin) + "\r\n\r\n");
        return client.read_response().status;
    };
    EXPECT_EQ(with_origin("http://evil.example"), 403);
    EXPECT_EQ(with_origin("null"), 403);
    EXPECT_EQ(with_origin("http://ours.example"), 200);
    EXPECT_EQ(with_origin("http://ours.exampl\xC3\xA9"), 400);
    RawClient client(port_);
    const auto response =
        client.open_web_socket(std::string(base) + "websocket", "Origin: http://evil.example\r\n");
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(response.body, R"({"code":4,"message":"Origin not allowed"})");
}

// Polling.

TEST_F(SocketIoTest, HandshakeOverPollingHasItsFiveKeys) {
    const auto response = ask("GET", "EIO=4&transport=polling&t=abc");
    EXPECT_THAT(response.head, HasSubstr("Content-Type: text/plain; charset=UTF-8\r\n"));
    EXPECT_THAT(response.head, HasSubstr("Cache-Control: no-store\r\n"));
    EXPECT_EQ(
        response.body,
        R"(0{"sid":")" + sid_in(response.body) +
            R"(","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":8388608})");
    EXPECT_EQ(sid_in(response.body).size(), 22U);
}

TEST_F(SocketIoTest, PollingEchoesTextAndBinary) {
    const std::string sid = connect_polling();
    EXPECT_EQ(post(sid, R"(421["say","hé"])").body, "ok");
    EXPECT_EQ(poll(sid), R"(431["hé"])");
    post(
        sid,
        "452-[\"two\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]\x1e"
        "bAAABAA==");
    post(sid, "bAQ==");
    EXPECT_EQ(
        poll(sid),
        "452-[\"two\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]\x1e"
        "bAAABAA==\x1e"
        "bAQ==");
}

TEST_F(SocketIoTest, APollBringsAtMostSixteenPackets) {
    const std::string sid = connect_polling();
    post(sid, R"(42["burst"])");
    std::vector<std::size_t> counts;
    int next = 0;
    while (next < 40) {
        const std::string payload = poll(sid);
        counts.push_back(static_cast<std::size_t>(std::ranges::count(payload, '\x1e')) + 1);
        for (std::size_t i = 0; i < counts.back(); ++i, ++next) {
            EXPECT_THAT(payload, HasSubstr("42[\"one-of-many\"," + std::to_string(next) + "]"));
        }
    }
    EXPECT_THAT(counts, testing::ElementsAre(16, 16, 8));
}

TEST_F(SocketIoTest, TwoPollsAtOnceEndTheSession) {
    const std::string sid = connect_polling();
    RawClient first(port_);
    send(first, "GET", "EIO=4&transport=polling&sid=" + sid);
    // The two are on different loops, and only one of them can be first.
    RawClient second(port_);
    send(second, "GET", "EIO=4&transport=polling&sid=" + sid);
    const auto one = first.read_response();
    const auto other = second.read_response();
    EXPECT_EQ(one.status + other.status, 600);
    EXPECT_EQ(one.status == 200 ? one.body : other.body, "1");
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::protocol_error);
    EXPECT_THAT(poll(sid), HasSubstr("Session ID unknown"));
}

TEST_F(SocketIoTest, AnAbandonedPollEndsTheSession) {
    const std::string sid = connect_polling();
    RawClient client(port_);
    send(client, "GET", "EIO=4&transport=polling&sid=" + sid);
    EXPECT_EQ(post(sid, R"(42["say"])").body, "ok");
    client.read_response();
    send(client, "GET", "EIO=4&transport=polling&sid=" + sid);
    // A session that still answers this has the poll by now: both went to it in order.
    EXPECT_EQ(post(sid, "3").body, "ok");
    client.close();
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::client_left);
}

TEST_F(SocketIoTest, APostThatDoesNotParseEndsOnlyItsSession) {
    const std::string sid = connect_polling();
    const std::string other = connect_polling();
    EXPECT_EQ(post(sid, "abc").status, 400);
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::protocol_error);
    EXPECT_THAT(poll(sid), HasSubstr("Session ID unknown"));
    EXPECT_EQ(post(other, R"(42["say"])").body, "ok");
}

TEST_F(SocketIoTest, AClosePacketEndsTheSessionAndItsPoll) {
    const std::string sid = connect_polling();
    EXPECT_EQ(
        post(
            sid,
            "41\x1e"
            "1")
            .body,
        "ok");
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::client_left);
    EXPECT_EQ(post(sid, "1").status, 400);
}

TEST_F(SocketIoTest, AnswersOtherMethodsOnASessionWith400) {
    const std::string sid = connect_polling();
    EXPECT_EQ(ask("PUT", "EIO=4&transport=polling&sid=" + sid).status, 400);
    EXPECT_EQ(ask("OPTIONS", "EIO=4&transport=polling").status, 204);
}

TEST_F(SocketIoTest, ABodyOverTheLimitIsAnswered413AndEndsTheSession) {
    const std::string sid = connect_polling();
    RawClient client(port_);
    client.send(
        "POST /socket.io/?EIO=4&transport=polling&sid=" + sid +
        " HTTP/1.1\r\nHost: x\r\nContent-Length: 8388609\r\nExpect: 100-continue\r\n\r\n");
    const auto response = client.read_response();
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(app_.wait_for_leave(), DisconnectReason::protocol_error);
}

// The upgrade.

TEST_F(SocketIoTest, UpgradesAndAnswersEveryPollMeanwhileWithNoop) {
    const std::string sid = connect_polling();
    RawClient pending(port_);
    send(pending, "GET", "EIO=4&transport=polling&sid=" + sid);
    RawClient probe = open_probe(sid);
    probe.send_text("2probe");
    EXPECT_EQ(probe.read_frame().payload, "3probe");
    EXPECT_EQ(pending.read_response().body, "6");
    EXPECT_EQ(poll(sid), "6") << "one that comes while it upgrades";

    // What is emitted now must not go over the WebSocket before the client commits itself.
    post(sid, R"(42["say",1])");
    probe.send_text("5");
    EXPECT_EQ(probe.read_frame().payload, R"(42["say",1])");
    probe.send_text(R"(42["say",2])");
    EXPECT_EQ(probe.read_frame().payload, R"(42["say",2])");
    EXPECT_EQ(
        ask("GET", "EIO=4&transport=polling&sid=" + sid).body,
        R"({"code":3,"message":"Bad request"})");
    EXPECT_EQ(app_.leaves(), 0U);
}

TEST_F(SocketIoTest, UpgradesWhenProbeAndCommitComeBackToBack) {
    const std::string sid = connect_polling();
    RawClient probe = open_probe(sid);
    probe.send(
        RawClient::frame(1, "2probe") + RawClient::frame(1, "5") +
        RawClient::frame(1, R"(42["say"])"));
    EXPECT_EQ(probe.read_frame().payload, "3probe");
    EXPECT_EQ(probe.read_frame().payload, R"(42["say"])");
    EXPECT_EQ(ask("GET", "EIO=4&transport=polling&sid=" + sid).status, 400);
}

TEST_F(SocketIoTest, ASecondWebSocketIsClosedAndTheSessionLivesOn) {
    const std::string sid = connect_polling();
    RawClient probe = open_probe(sid);
    probe.send_text("2probe");
    EXPECT_EQ(probe.read_frame().payload, "3probe");
    EXPECT_EQ(open_probe(sid).read_frame().opcode, 8);
    probe.send_text("5");
    probe.send_text(R"(42["say"])");
    EXPECT_EQ(probe.read_frame().payload, R"(42["say"])");
    EXPECT_EQ(open_probe(sid).read_frame().opcode, 8);
    probe.send_text(R"(42["say",2])");
    EXPECT_EQ(probe.read_frame().payload, R"(42["say",2])");
}

TEST_F(SocketIoTest, AFailedProbeLeavesPollingAsItWas) {
    const std::string sid = connect_polling();
    RawClient wrong = open_probe(sid);
    wrong.send_text("5");
    EXPECT_EQ(wrong.read_frame().opcode, 8);
    RawClient gone = open_probe(sid);
    gone.send_text("2probe");
    EXPECT_EQ(gone.read_frame().payload, "3probe");
    gone.close();
    post(sid, R"(42["say"])");
    // Until the server has noticed that the probe has gone, polls are answered with noop.
    std::string payload = poll(sid);
    while (payload == "6")
        payload = poll(sid);
    EXPECT_EQ(payload, R"(42["say"])");
}

}  // namespace
}  // namespace codencollab::gateway
