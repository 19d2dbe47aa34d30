#include "net/web_socket.h"

#include "base/guarded.h"
#include "net/server.h"
#include "support/raw_client.h"

#include <gmock/gmock.h>

#include <deque>
#include <future>
#include <memory>
#include <semaphore>
#include <string>
#include <utility>

namespace codencollab::net {
namespace {

using Opened = std::shared_ptr<WebSocket>;

// Takes every WebSocket and hands it to the test, which says what is to be done with it.
class AcceptingHandler final : public HttpHandler {
  public:
    std::size_t body_limit(const HttpRequest&) const override { return 0; }
    void on_request(HttpRequest, Respond respond) override {
        respond(HttpResponse{404, {}, "", {}});
    }
    void on_upgrade(HttpRequest request, WebSocketUpgrade upgrade) override {
        if (request.path == "/no") {
            upgrade.refuse(HttpResponse{403, {}, "no", {}});
            return;
        }
        if (request.path == "/forget") return;
        opened(std::make_shared<WebSocket>(upgrade.accept(options)));
    }

    WebSocketOptions options{1'000, std::chrono::milliseconds(2'000)};
    std::function<void(Opened)> opened = [this](const Opened& socket) { echo(socket); };

    /// Sends everything back, and tells `closed` how it ended.
    void echo(const Opened& socket) {
        keep(socket);
        socket->start(
            {[raw = socket.get()](MessageKind kind, std::string_view payload) {
                 raw->send(kind, payload);
             },
             [this](const WebSocketClosed& how) {
                 ends.with_lock([&](auto& all) { all.push_back(how); });
                 ended.release();
             }});
    }
    WebSocketClosed wait_for_end() {
        ended.acquire();
        return ends.with_lock([](auto& all) { return all.front(); });
    }

    /// Keeps a WebSocket until the test is over.
    void keep(const Opened& socket) {
        kept.with_lock([&](auto& all) { all.push_back(socket); });
    }

    Guarded<std::deque<Opened>> kept;
    Guarded<std::deque<WebSocketClosed>> ends;
    std::counting_semaphore<> ended{0};
};

class WebSocketTest : public testing::Test {
  protected:
    ~WebSocketTest() override {
        // A WebSocket goes on its own loop, or here once the loops have stopped.
        loops_.stop();
        handler_.kept.with_lock([](auto& all) { all.clear(); });
    }

    RawClient open(std::string_view target = "/") const {
        RawClient client(port_);
        EXPECT_EQ(client.open_web_socket(target).status, 101);
        return client;
    }
    static std::string close_payload(unsigned code, std::string_view reason = "") {
        return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)} +
               std::string(reason);
    }

    AcceptingHandler handler_;
    LoopPool loops_{2};
    Server server_{loops_, {}, handler_};
    std::uint16_t port_ = server_.listen("127.0.0.1", 0).value();
};

TEST_F(WebSocketTest, AnswersTheHandshakeOfTheRfc) {  // RFC 6455, 1.3
    RawClient client(port_);
    EXPECT_THAT(
        client.open_web_socket("/").head,
        testing::HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
}

TEST_F(WebSocketTest, RefusesAsPlainHttp) {
    RawClient client(port_);
    const auto response = client.open_web_socket("/no");
    EXPECT_EQ(response.status, 403);
    EXPECT_EQ(response.body, "no");
    RawClient other(port_);
    EXPECT_EQ(other.open_web_socket("/forget").status, 500);
}

TEST_F(WebSocketTest, EchoesTextBinaryAndFragments) {
    RawClient client = open();
    client.send_text("hé");
    EXPECT_EQ(client.read_frame().payload, "hé");
    client.send(RawClient::frame(2, std::string("\0\1", 2)));
    const auto binary = client.read_frame();
    EXPECT_EQ(binary.opcode, 2);
    EXPECT_EQ(binary.payload, std::string("\0\1", 2));
    client.send(RawClient::frame(1, "a", false) + RawClient::frame(0, "b"));
    EXPECT_EQ(client.read_frame().payload, "ab");
}

TEST_F(WebSocketTest, TakesAMessageThatCameWithTheHandshake) {
    RawClient client(port_);
    EXPECT_EQ(client.open_web_socket("/", "X: y\r\n").status, 101);
    RawClient eager(port_);
    eager.send(
        "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
        RawClient::frame(1, "early"));
    eager.read_until("\r\n\r\n");
    EXPECT_EQ(eager.read_frame().payload, "early");
}

TEST_F(WebSocketTest, AnswersTheNewestOfManyPings) {
    RawClient client = open();
    client.send(RawClient::frame(9, "1") + RawClient::frame(9, "2") + RawClient::frame(1, "x"));
    std::string pong;
    for (auto frame = client.read_frame(); frame.opcode != 1; frame = client.read_frame()) {
        ASSERT_EQ(frame.opcode, 10);
        pong = frame.payload;
    }
    if (pong.empty()) pong = client.read_frame().payload;
    EXPECT_EQ(pong, "2");
}

TEST_F(WebSocketTest, AnswersAClosingHandshakeAndEnds) {
    RawClient client = open();
    client.send(RawClient::frame(8, close_payload(1000, "bye")));
    const auto frame = client.read_frame();
    EXPECT_EQ(frame.opcode, 8);
    EXPECT_EQ(frame.payload, close_payload(1000));
    EXPECT_TRUE(client.is_closed_by_server());
    client.close();
    const auto end = handler_.wait_for_end();
    EXPECT_EQ(end.code, 1000);
    EXPECT_EQ(end.reason, "bye");
    EXPECT_TRUE(end.by_peer);
}

TEST_F(WebSocketTest, TellsOfAConnectionThatGoesWithoutAWord) {
    RawClient client = open();
    client.close();
    EXPECT_EQ(handler_.wait_for_end().code, 1006);
}

struct Breach {
    std::string what;
    std::string bytes;
    unsigned code;
};
class Breaches : public WebSocketTest, public testing::WithParamInterface<Breach> {};
TEST_P(Breaches, CloseThatConnectionWithTheRightCode) {
    RawClient other = open();
    RawClient client = open();
    client.send(GetParam().bytes);
    auto frame = client.read_frame();
    while (frame.opcode == 10)
        frame = client.read_frame();
    EXPECT_EQ(frame.opcode, 8);
    EXPECT_EQ(frame.payload.substr(0, 2), close_payload(GetParam().code));
    EXPECT_TRUE(client.is_closed_by_server());
    other.send_text("still here");
    EXPECT_EQ(other.read_frame().payload, "still here");
}
INSTANTIATE_TEST_SUITE_P(
    Each,
    Breaches,
    testing::Values(
        Breach{"Unmasked", std::string("\x81\x01x", 3), 1002},
        Breach{"BadOpcode", RawClient::frame(3, "x"), 1002},
        Breach{"BadText", RawClient::frame(1, "\xFF"), 1007},
        Breach{"TooLarge", RawClient::frame(2, std::string(1'001, 'x')).substr(0, 8), 1009},
        Breach{
            "PingFlood",
            [] {
                std::string pings;
                for (int i = 0; i < 200; ++i)
                    pings += RawClient::frame(9, "p");
                return pings;
            }(),
            1008}),
    [](const auto& the) { return the.param.what; });

TEST_F(WebSocketTest, SaysWhyToAClientThatSendsAllOfAMessageThatIsTooLong) {
    RawClient client = open();
    // More than the kernel keeps on the way.
    client.send(RawClient::frame(1, std::string(16 << 20, 'x')));
    EXPECT_EQ(client.read_frame().payload.substr(0, 2), close_payload(1009));
}

TEST_F(WebSocketTest, ClosesWithAHandshakeOfItsOwn) {
    handler_.opened = [this](const Opened& socket) {
        handler_.echo(socket);
        socket->send(MessageKind::text, "last words");
        socket->close(1012, "service restart");
    };
    RawClient client = open();
    EXPECT_EQ(client.read_frame().payload, "last words");
    EXPECT_EQ(client.read_frame().payload, close_payload(1012, "service restart"));
    client.send(RawClient::frame(8, close_payload(1012)));
    EXPECT_TRUE(client.is_closed_by_server());
    EXPECT_FALSE(handler_.wait_for_end().by_peer);
}

TEST_F(WebSocketTest, DoesNotWaitLongForThePeersCloseFrame) {
    handler_.options.close_timeout = std::chrono::milliseconds(20);
    handler_.opened = [this](const Opened& socket) {
        handler_.echo(socket);
        socket->close(1000, "");
    };
    RawClient client = open();
    EXPECT_EQ(client.read_frame().opcode, 8);
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(WebSocketTest, SaysGoodbyeEvenAfterItsOwnerHasGone) {
    handler_.opened = [](const Opened& socket) { socket->close(1013, "later"); };
    RawClient client = open();
    EXPECT_EQ(client.read_frame().payload, close_payload(1013, "later"));
    client.send(RawClient::frame(8, close_payload(1013)));
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(WebSocketTest, DropsTheConnectionWithItsHandle) {
    handler_.opened = [](const Opened&) {};
    RawClient client(port_);
    client.open_web_socket("/");
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(WebSocketTest, MayBeDestroyedFromWithinItsOwnCalls) {
    handler_.opened = [](const Opened& socket) {
        auto owner = std::make_shared<Opened>(socket);
        socket->start({[owner](MessageKind, std::string_view) { owner->reset(); }, {}});
    };
    RawClient client = open();
    client.send_text("go");
    EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(WebSocketTest, KeepsItsBytesInOrderFromLoopToLoop) {
    // Every message moves the connection to the other loop, while more are on the way.
    handler_.opened = [this](const Opened& socket) {
        handler_.keep(socket);
        auto hops = std::make_shared<std::size_t>(0);
        socket->start(
            {[this, raw = socket.get(), hops](MessageKind kind, std::string_view payload) {
                 raw->send(kind, payload);
                 raw->move_to(loops_.loop(++*hops % 2), [] {});
             },
             [this](const WebSocketClosed&) { handler_.ended.release(); }});
    };
    RawClient client = open();
    std::string all;
    for (int i = 0; i < 500; ++i)
        all += RawClient::frame(1, std::to_string(i));
    client.send(all);
    for (int i = 0; i < 500; ++i)
        ASSERT_EQ(client.read_frame().payload, std::to_string(i));
    client.close();
    handler_.ended.acquire();
}

TEST_F(WebSocketTest, KnowsWhenThePeerWasLastHeard) {
    std::promise<Opened> opened;
    handler_.opened = [&](const Opened& socket) {
        handler_.echo(socket);
        opened.set_value(socket);
    };
    RawClient client = open();
    const Opened socket = opened.get_future().get();
    const auto on_its_loop = [&](auto act) {
        std::promise<decltype(act())> answer;
        socket->loop().post([&] { answer.set_value(act()); });
        return answer.get_future().get();
    };
    const auto accepted_at = on_its_loop([&] {
        socket->ping();
        return socket->heard_at();
    });
    const auto ping = client.read_frame();
    EXPECT_EQ(ping.opcode, 9);
    EXPECT_EQ(ping.payload, "");
    EXPECT_EQ(on_its_loop([&] { return socket->heard_at(); }), accepted_at);

    client.send(RawClient::frame(10, "") + RawClient::frame(1, "and a message, to wait for"));
    client.read_frame();
    EXPECT_GT(on_its_loop([&] { return socket->heard_at(); }), accepted_at);
}

TEST_F(WebSocketTest, CountsWhatTheKernelDoesNotTake) {
    std::promise<Opened> opened;
    handler_.opened = [&](const Opened& socket) {
        socket->start({[](MessageKind, std::string_view) {}, [](const WebSocketClosed&) {}});
        handler_.keep(socket);
        opened.set_value(socket);
    };
    RawClient client(port_);
    client.set_receive_buffer(4'096);
    client.open_web_socket("/");
    const Opened socket = opened.get_future().get();
    const auto frames = std::make_shared<const std::string>([] {
        std::string bytes("\x82\x7F\0\0\0\0\x01\0\0\0", 10);
        return bytes + std::string(16 << 20, 'x');
    }());
    std::promise<std::size_t> queued;
    socket->loop().post([&] {
        socket->send_frames(frames);
        // Two turns later what the kernel takes has gone.
        socket->loop().post(
            [&] { socket->loop().post([&] { queued.set_value(socket->queued_bytes()); }); });
    });
    EXPECT_GT(queued.get_future().get(), 0U);
    EXPECT_EQ(frames.use_count(), 2) << "queued without a copy";
}

}  // namespace
}  // namespace codencollab::net
