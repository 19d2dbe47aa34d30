#include "base/clock.h"
#include "base/guarded.h"
#include "base/random.h"
#include "gateway/socket_io/socket_io_server.h"
#include "net/loops.h"
#include "net/server.h"
#include "support/raw_client.h"
#include "wire/json_text.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace codencollab::gateway {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string json_of(const boost::json::array& arguments) {
    std::string json;
    for (const auto& argument : arguments) {
        if (!json.empty()) json += ',';
        wire::append_json(json, argument);
    }
    return json;
}

// Lets in whom the token says, echoes events, and does what some names ask for.
class TestApp final : public SocketApp {
  public:
    explicit TestApp(net::LoopPool& loops) : loops_(loops) {}

    void on_connect(Socket& socket, boost::json::value auth, Callback<> done) override {
        std::string token;
        wire::append_json(token, auth);
        if (token == R"({"token":"bad"})") {
            done(fail(ErrorCode::invalid_token, "Invalid token"));
        } else if (token == R"({"token":"down"})") {
            done(fail(ErrorCode::identity_unavailable, "Nobody can say."));
        } else if (token == R"({"token":"later"})") {
            // Several turns later, with whatever the client sent meanwhile.
            auto waiting = std::make_shared<Callback<>>(std::move(done));
            Loop& loop = socket.loop();
            loop.post([&loop, waiting] { loop.post([waiting] { (*waiting)({}); }); });
        } else if (token != R"({"token":"never"})") {
            done({});
        } else {
            never_ = std::move(done);
        }
    }

    void on_event(Socket& socket, SocketEvent event) override {
        const std::string arguments = json_of(event.arguments);
        if (event.name == "burst") {
            for (int i = 0; i < 40; ++i)
                socket.emit("one-of-many", std::to_string(i));
        } else if (event.name == "move") {
            moves_.with_lock([](auto& count) { ++count; });
            // Each move goes one loop further.
            std::size_t next = 0;
            while (&loops_.loop(next) != &socket.loop())
                ++next;
            Loop& to = loops_.loop((next + 1) % loops_.size());
            socket.move_to(to, [weak = socket.weak(), &to] {
                const auto here = weak.lock();
                if (!here || &here->loop() != &to || !to.is_current()) std::abort();
                here->emit("moved", "");
            });
        } else if (event.name == "kick") {
            socket.disconnect();
        } else if (event.name == "flood") {
            const auto packet = Packet::event("flood", "\"" + std::string(1 << 20, 'x') + "\"");
            while (socket.is_open())
                socket.emit(packet);
        } else if (event.ack) {
            socket.ack(*event.ack, arguments, event.attachments);
        } else {
            socket.emit(event.name, arguments, event.attachments);
        }
    }

    void on_disconnect(Socket&, DisconnectReason reason) override {
        left_.with_lock([&](auto& all) { all.push_back(reason); });
        ++count_;
        count_.notify_all();
    }

    /// Waits until somebody has left, and says why.
    DisconnectReason wait_for_leave() {
        count_.wait(0);
        return left_.with_lock([](auto& all) { return all.front(); });
    }
    std::size_t leaves() {
        return left_.with_lock([](auto& all) { return all.size(); });
    }
    int moves() {
        return moves_.with_lock([](auto& count) { return count; });
    }

  private:
    net::LoopPool& loops_;
    Callback<> never_;
    Guarded<std::vector<DisconnectReason>> left_;
    Guarded<int> moves_{0};
    std::atomic<int> count_ = 0;
};

class Handler final : public net::HttpHandler {
  public:
    explicit Handler(SocketIoServer& sockets) : sockets_(sockets) {}
    std::size_t body_limit(const net::HttpRequest& head) const override {
        return sockets_.body_limit(head);
    }
    net::HttpResponse on_body_too_large(const net::HttpRequest& head) override {
        return sockets_.on_body_too_large(head);
    }
    void on_request(net::HttpRequest request, net::Respond respond) override {
        sockets_.on_request(std::move(request), std::move(respond));
    }
    void on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) override {
        sockets_.on_upgrade(std::move(request), std::move(upgrade));
    }

  private:
    SocketIoServer& sockets_;
};

SocketIoOptions test_options() {
    SocketIoOptions options;
    options.large_events = {"code_change"};
    options.unauthenticated_sessions_per_address = 1'000;
    options.is_origin_allowed = [](const net::HttpRequest&, std::string_view origin) {
        return origin == "http://ours.example";
    };
    return options;
}

// A server of its own for each test, made of the real parts on port 0.
class SocketIoTest : public testing::Test {
  protected:
    explicit SocketIoTest(SocketIoOptions options = test_options())
        : sockets_(std::make_unique<SocketIoServer>(
              loops_, clock_, random_, std::move(options), app_)) {}
    ~SocketIoTest() override {
        server_.reset();
        sockets_.reset();
    }

    static constexpr std::string_view base = "/socket.io/?EIO=4&transport=";

    RawClient::Response ask(
        std::string_view method, std::string_view query, std::string_view body = "") const {
        RawClient client(port_);
        send(client, method, query, body);
        return client.read_response();
    }
    static void send(
        RawClient& client,
        std::string_view method,
        std::string_view query,
        std::string_view body = "") {
        std::string request = std::string(method) + " /socket.io/?" + std::string(query) +
                              " HTTP/1.1\r\nHost: localhost\r\n";
        if (method == "POST") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        client.send(request + "\r\n" + std::string(body));
    }
    static std::string sid_in(const std::string& handshake) {
        const auto start = handshake.find(R"("sid":")") + 7;
        return handshake.substr(start, handshake.find('"', start) - start);
    }

    /// A polling session: its sid.
    std::string open_polling() const { return sid_in(ask("GET", "EIO=4&transport=polling").body); }
    std::string poll(const std::string& sid) const {
        return ask("GET", "EIO=4&transport=polling&sid=" + sid).body;
    }
    RawClient::Response post(const std::string& sid, std::string_view body) const {
        return ask("POST", "EIO=4&transport=polling&sid=" + sid, body);
    }
    std::string connect_polling() const {
        const std::string sid = open_polling();
        post(sid, "40");
        EXPECT_THAT(poll(sid), StartsWith(R"(40{"sid":")"));
        return sid;
    }

    /// A WebSocket session, connected or about to be.
    RawClient open_socket() const {
        RawClient client(port_);
        EXPECT_EQ(client.open_web_socket(std::string(base) + "websocket").status, 101);
        EXPECT_THAT(client.read_frame().payload, StartsWith(R"(0{"sid":")"));
        return client;
    }
    RawClient connect_socket() const {
        RawClient client = open_socket();
        client.send_text("40");
        EXPECT_THAT(client.read_frame().payload, StartsWith(R"(40{"sid":")"));
        return client;
    }
    RawClient open_probe(const std::string& sid) const {
        RawClient client(port_);
        client.open_web_socket(std::string(base) + "websocket&sid=" + sid);
        return client;
    }

    const SystemClock clock_;
    SystemRandom random_;
    net::LoopPool loops_{3};
    TestApp app_{loops_};
    std::unique_ptr<SocketIoServer> sockets_;
    Handler handler_{*sockets_};
    std::unique_ptr<net::Server> server_ =
        std::make_unique<net::Server>(loops_, net::HttpLimits{}, handler_);
    std::uint16_t port_ = server_->listen("127.0.0.1", 0).value();
};

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
