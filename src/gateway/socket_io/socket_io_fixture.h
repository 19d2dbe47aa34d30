#pragma once

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

inline std::string json_of(const boost::json::array& arguments) {
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

inline SocketIoOptions test_options() {
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
        EXPECT_THAT(poll(sid), testing::StartsWith(R"(40{"sid":")"));
        return sid;
    }

    /// A WebSocket session, connected or about to be.
    RawClient open_socket() const {
        RawClient client(port_);
        EXPECT_EQ(client.open_web_socket(std::string(base) + "websocket").status, 101);
        EXPECT_THAT(client.read_frame().payload, testing::StartsWith(R"(0{"sid":")"));
        return client;
    }
    RawClient connect_socket() const {
        RawClient client = open_socket();
        client.send_text("40");
        EXPECT_THAT(client.read_frame().payload, testing::StartsWith(R"(40{"sid":")"));
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

}  // namespace codencollab::gateway
