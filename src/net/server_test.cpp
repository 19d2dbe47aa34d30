#include "net/server.h"

#include "support/raw_client.h"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <future>
#include <string>

namespace codencollab::net {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Echoes what it understood of a request; some paths do special things.
class EchoHandler final : public HttpHandler {
  public:
    std::size_t body_limit(const HttpRequest& head) const override {
        return head.path == "/large" ? 1 << 20 : 16;
    }
    void on_request(HttpRequest request, Respond respond) override {
        if (request.path == "/drop") return;
        if (request.path == "/later") {
            request.abandoned->notify = [this] { abandoned.set_value(); };
            waiting = std::move(respond);
            arrived.set_value();
            return;
        }
        HttpResponse response;
        response.headers.add("Content-Type", "text/plain");
        if (request.path == "/file") {
            response.file = HttpFile{UniqueFd(::open(file.c_str(), O_RDONLY)), 5};
        } else if (request.path == "/long") {
            response.body = std::string(100'000, 'x');
        } else {
            response.body = request.method + " " + request.path +
                            " a=" + std::string(request.parameter("a")) + " " + request.body;
        }
        respond(std::move(response));
    }
    void on_upgrade(HttpRequest, WebSocketUpgrade upgrade) override {
        upgrade.refuse(HttpResponse{403, {}, "no", {}});
    }

    std::promise<void> arrived;
    std::promise<void> abandoned;
    Respond waiting;
    std::filesystem::path file;
};

class ServerTest : public testing::Test {
  protected:
    RawClient client() const { return RawClient(port_); }
    RawClient::Response ask(std::string_view request) const {
        RawClient one = client();
        one.send(request);
        return one.read_response();
    }

    HttpLimits limits_{};
    EchoHandler handler_;
    LoopPool loops_{2};
    std::unique_ptr<Server> server_ = std::make_unique<Server>(loops_, limits_, handler_);
    std::uint16_t port_ = server_->listen("127.0.0.1", 0).value();
};

TEST_F(ServerTest, AnswersAGetWithItsDecodedTarget) {
    const auto response = ask("GET /caf%C3%A9?a=1%202+3&a=4 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "GET /café a=1 2 3 ");
    EXPECT_THAT(response.head, HasSubstr("Connection: keep-alive\r\n"));
    EXPECT_THAT(response.head, HasSubstr("Date: "));
}

TEST_F(ServerTest, ReadsBodiesByLengthAndInChunks) {
    EXPECT_EQ(
        ask("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc").body, "POST /p a= abc");
    EXPECT_EQ(
        ask("POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
            .body,
        "POST /p a= abc");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrderOnOneConnection) {
    RawClient one = client();
    one.send(
        "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: "
        "1\r\n\r\nb"
        "GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(one.read_response().body, "GET /1 a= ");
    EXPECT_EQ(one.read_response().body, "POST /2 a= b");
    EXPECT_EQ(one.read_response().body, "GET /3 a= ");
    EXPECT_TRUE(one.is_closed_by_server());
}

TEST_F(ServerTest, TakesARequestThatComesByteByByte) {
    RawClient one = client();
    for (const char c : std::string("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")) {
        one.send(std::string(1, c));
    }
    EXPECT_EQ(one.read_response().body, "POST /p a= hi");
}

TEST_F(ServerTest, LeavesTheBodyOutOfAnAnswerToHead) {
    RawClient one = client();
    one.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(one.read_response(true).head, HasSubstr("Content-Length: 10\r\n"));
    EXPECT_EQ(one.read_response().body, "GET /2 a= ");
}

TEST_F(ServerTest, SaysContinueBeforeABodyThatWaitsForIt) {
    RawClient one = client();
    one.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(one.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    one.send("ok");
    EXPECT_EQ(one.read_response().body, "POST / a= ok");
}

TEST_F(ServerTest, RefusesALargeBodyOnItsAnnouncedLength) {
    RawClient one = client();
    one.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 17\r\nExpect: 100-continue\r\n\r\n");
    const auto response = one.read_response();
    EXPECT_EQ(response.status, 413);
    EXPECT_THAT(response.body, HasSubstr("too_large"));
    EXPECT_TRUE(one.is_closed_by_server());
}

TEST_F(ServerTest, AnswersAClientThatSendsAllOfARefusedBodyFirst) {
    const std::size_t bytes = 16 << 20;  // more than the kernel keeps on the way
    const auto response =
        ask("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
            std::string(bytes, 'x'));
    EXPECT_EQ(response.status, 413);
}

TEST_F(ServerTest, RefusesALargeBodyInChunksOnceItIsTooLarge) {
    const auto response =
        ask("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n" +
            std::string(32, 'x') + "\r\n0\r\n\r\n");
    EXPECT_EQ(response.status, 413);
}

TEST_F(ServerTest, AsksTheHandlerForTheLimitOfEachRoute) {
    const std::string body(100'000, 'y');
    const auto response =
        ask("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
            "\r\n\r\n" + body);
    EXPECT_EQ(response.body, "POST /large a= " + body);
}

TEST_F(ServerTest, CompressesLongTextForWhoTakesIt) {
    const auto plain = ask("GET /long HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0\r\n\r\n");
    EXPECT_EQ(plain.body.size(), 100'000U);
    EXPECT_THAT(plain.head, HasSubstr("Vary: Accept-Encoding"));

    const auto packed = ask("GET /long HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br, gzip\r\n\r\n");
    EXPECT_THAT(packed.head, HasSubstr("Content-Encoding: gzip"));
    EXPECT_LT(packed.body.size(), 2'000U);
    EXPECT_THAT(packed.body, StartsWith("\x1f\x8b"));
}

TEST_F(ServerTest, SendsAFile) {
    handler_.file =
        std::filesystem::temp_directory_path() / ("server_test_" + std::to_string(::getpid()));
    UniqueFd file(::open(handler_.file.c_str(), O_CREAT | O_WRONLY, 0600));
    ASSERT_EQ(::write(file.get(), "hello", 5), 5);
    EXPECT_EQ(ask("GET /file HTTP/1.1\r\nHost: x\r\n\r\n").body, "hello");
    std::filesystem::remove(handler_.file);
}

TEST_F(ServerTest, Answers500WhenAHandlerDropsTheRequest) {
    const auto response = ask("GET /drop HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr(R"("code":"internal")"));
}

TEST_F(ServerTest, TakesAnAnswerFromAnotherThread) {
    RawClient one = client();
    one.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    handler_.arrived.get_future().wait();
    handler_.waiting(HttpResponse{201, {}, "from afar", {}});
    EXPECT_EQ(one.read_response().body, "from afar");
}

TEST_F(ServerTest, TellsWhenTheClientLeavesBeforeItsAnswer) {
    RawClient one = client();
    one.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    handler_.arrived.get_future().wait();
    one.close();
    EXPECT_EQ(
        handler_.abandoned.get_future().wait_for(std::chrono::seconds(10)),
        std::future_status::ready);
    handler_.waiting = nullptr;
}

TEST_F(ServerTest, AnswersAClientThatShutItsHalfDown) {
    RawClient one = client();
    one.send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    one.shutdown_write();
    EXPECT_EQ(one.read_response().body, "GET /x a= ");
    EXPECT_TRUE(one.is_closed_by_server());
}

TEST_F(ServerTest, ClosesIdleConnectionsAndLetsTheOthersFinish) {
    RawClient idle = client();
    idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    idle.read_response();
    RawClient busy = client();
    busy.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
    handler_.arrived.get_future().wait();
    server_->close_idle();
    EXPECT_TRUE(idle.is_closed_by_server());
    handler_.waiting(HttpResponse{200, {}, "done", {}});
    const auto response = busy.read_response();
    EXPECT_EQ(response.body, "done");
    EXPECT_THAT(response.head, HasSubstr("Connection: close"));
    EXPECT_TRUE(busy.is_closed_by_server());
}

TEST_F(ServerTest, DropsConnectionsWhenItGoes) {
    RawClient one = client();
    one.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    one.read_response();
    server_.reset();
    EXPECT_TRUE(one.is_closed_by_server());
    EXPECT_FALSE(client().is_connected());
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
    const auto again = server_->listen("127.0.0.1", port_);
    ASSERT_FALSE(again);
    EXPECT_EQ(
        again.error().message,
        "Cannot listen on 127.0.0.1:" + std::to_string(port_) +
            ": Address already in use. Stop what uses it, or choose another port with --listen.");
    EXPECT_FALSE(server_->listen("no.such.host.invalid", 0));
}

TEST_F(ServerTest, ListensOnEveryAddressOfAName) {
    EXPECT_TRUE(server_->listen("localhost", 0));
}

struct BadRequest {
    std::string what;
    std::string request;
    int status;
};
class BadRequests : public ServerTest, public testing::WithParamInterface<BadRequest> {};
TEST_P(BadRequests, AreRefusedAndTheConnectionClosed) {
    RawClient one = client();
    one.send(GetParam().request);
    const auto response = one.read_response();
    EXPECT_EQ(response.status, GetParam().status) << response.head;
    const std::string code = GetParam().status == 404 ? "not_found" : "bad_request";
    EXPECT_THAT(response.body, StartsWith(R"({"error":{"code":")" + code + R"(","message":")"));
    EXPECT_TRUE(one.is_closed_by_server());
    EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status, 200) << "others are not disturbed";
}
std::string head_with(std::string_view fields) {
    return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(fields) + "\r\n\r\n";
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    BadRequests,
    testing::Values(
        BadRequest{"rubbish", "\x16\x03\x01\r\n\r\n", 400},
        BadRequest{"HTTP2", "PRI * HTTP/2.0\r\n\r\n", 400},
        BadRequest{"NoVersion", "GET /\r\n\r\n", 400},
        BadRequest{"BareLineFeed", "GET / HTTP/1.1\nHost: x\n\n", 400},
        BadRequest{"BareLineFeedInField", head_with("A: b\nC: d"), 400},
        BadRequest{"NulInField", head_with(std::string_view("A: b\0c", 6)), 400},
        BadRequest{"ControlInTarget", "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"Folded", head_with("A: b\r\n c"), 400},
        BadRequest{"SpaceBeforeColon", head_with("Content-Length : 3"), 400},
        BadRequest{"NoColon", head_with("Rubbish"), 400},
        BadRequest{"TwoHosts", head_with("Host: y"), 400},
        BadRequest{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        BadRequest{"TwoLengths", head_with("Content-Length: 1\r\nContent-Length: 2"), 400},
        BadRequest{"LengthList", head_with("Content-Length: 1, 1"), 400},
        BadRequest{"NegativeLength", head_with("Content-Length: -1"), 400},
        BadRequest{"HugeLength", head_with("Content-Length: 99999999999999999999"), 400},
        BadRequest{
            "LengthAndChunked", head_with("Content-Length: 1\r\nTransfer-Encoding: chunked"), 400},
        BadRequest{"OtherEncoding", head_with("Transfer-Encoding: gzip, chunked"), 400},
        BadRequest{"BadChunk", head_with("Transfer-Encoding: chunked") + "zz\r\n", 400},
        BadRequest{"OtherHost", "GET http://y/ HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"DotDot", "GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"EscapedDotDot", "GET /a/%2e%2e/b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"EscapedNul", "GET /a%00 HTTP/1.1\r\nHost: x\r\n\r\n", 404},
        BadRequest{"Backslash", "GET /a%5Cb HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"BrokenEscape", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"NotUtf8", "GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        BadRequest{"OtherExpect", head_with("Content-Length: 1\r\nExpect: tea"), 417},
        BadRequest{"LongLine", "GET /" + std::string(9'000, 'a'), 414},
        BadRequest{"LongHeader", head_with("A: " + std::string(17'000, 'a')), 431},
        BadRequest{
            "ManyFields",
            [] {
                std::string fields;
                for (int i = 0; i < 101; ++i)
                    fields += "A: b\r\n";
                return "GET / HTTP/1.1\r\n" + fields + "\r\n";
            }(),
            431},
        BadRequest{
            "NoWebSocketKey",
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGVh\r\n\r\n",
            400},
        BadRequest{
            "OldWebSocket",
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            426}),
    [](const auto& the) { return the.param.what; });

class ImpatientServerTest : public testing::Test {
  protected:
    EchoHandler handler_;
    LoopPool loops_{1};
    HttpLimits limits_ = [] {
        HttpLimits limits;
        limits.header_timeout = std::chrono::milliseconds(50);
        limits.body_timeout = std::chrono::milliseconds(50);
        limits.keep_alive = std::chrono::milliseconds(50);
        limits.requests_per_connection = 2;
        return limits;
    }();
    Server server_{loops_, limits_, handler_};
    RawClient client_{server_.listen("127.0.0.1", 0).value()};
};

TEST_F(ImpatientServerTest, ClosesAConnectionThatSaysNothing) {
    EXPECT_EQ(client_.read_to_end(), "");
}
TEST_F(ImpatientServerTest, Answers408ToASlowHeader) {
    client_.send("GET / HTTP/1.1\r\nHo");
    EXPECT_EQ(client_.read_response().status, 408);
}
TEST_F(ImpatientServerTest, Answers408ToASlowBody) {
    client_.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\na");
    EXPECT_EQ(client_.read_response().status, 408);
}
TEST_F(ImpatientServerTest, ClosesAfterTheLastRequestThatAConnectionMayMake) {
    client_.send("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(client_.read_response().head, HasSubstr("keep-alive"));
    EXPECT_THAT(client_.read_response().head, HasSubstr("Connection: close"));
    EXPECT_TRUE(client_.is_closed_by_server());
}

}  // namespace
}  // namespace codencollab::net
