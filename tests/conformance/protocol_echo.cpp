// The test program of the official protocol suites: says back what it hears, and is made of the
// gateway's own parts. See official-suites.sh for how it is used.
#include "base/clock.h"
#include "base/random.h"
#include "gateway/socket_io/engine.h"
#include "gateway/socket_io/socket_io_server.h"
#include "net/loops.h"
#include "net/server.h"
#include "wire/json_text.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <signal.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace codencollab {
namespace {

using gateway::Packet;

// What the suites are fixed to.
constexpr std::chrono::milliseconds ping_interval{300};
constexpr std::chrono::milliseconds ping_timeout{200};
constexpr std::chrono::milliseconds connect_timeout{1'500};
constexpr std::size_t payload_bytes_max = 1'000'000;

// The arguments of an event again, as they came.
std::string json_of(const boost::json::array& arguments) {
    std::string json;
    for (const auto& argument : arguments) {
        if (!json.empty()) json += ',';
        wire::append_json(json, argument);
    }
    return json;
}

class EchoApp final : public gateway::SocketApp {
  public:
    void on_connect(gateway::Socket& socket, boost::json::value auth, Callback<> done) override {
        done({});
        std::string json = "{}";
        if (!auth.is_null()) {
            json.clear();
            wire::append_json(json, auth);
        }
        socket.emit("auth", json);
    }
    void on_event(gateway::Socket& socket, gateway::SocketEvent event) override {
        const std::string arguments = json_of(event.arguments);
        if (event.name == "message") {
            socket.emit("message-back", arguments, event.attachments);
        } else if (event.name == "message-with-ack" && event.ack) {
            socket.ack(*event.ack, arguments, event.attachments);
        }
    }
    void on_disconnect(gateway::Socket&, gateway::DisconnectReason) override {}
};

// Sends every Engine.IO message back.
class EchoUser final : public gateway::EngineUser {
  public:
    explicit EchoUser(gateway::EngineLine& line) : line_(line) { line_.confirm(); }
    void on_text(std::string_view text) override { line_.send(Packet::message(text)); }
    void on_binary(std::string bytes) override { line_.send(Packet::binary_message(bytes)); }
    void on_closed(gateway::EngineEnd) override {}
    void on_leaving() override {}
    void on_arrived() override {}

  private:
    gateway::EngineLine& line_;
};

// Hands everything below one path to a protocol server.
template <class ProtocolServer>
class PathHandler final : public net::HttpHandler {
  public:
    PathHandler(std::string path, ProtocolServer& server)
        : path_(std::move(path)), server_(server) {}

    std::size_t body_limit(const net::HttpRequest& head) const override {
        return server_.body_limit(head);
    }
    net::HttpResponse on_body_too_large(const net::HttpRequest& head) override {
        return server_.on_body_too_large(head);
    }
    void on_request(net::HttpRequest request, net::Respond respond) override {
        if (request.path == path_) {
            server_.on_request(std::move(request), std::move(respond));
        } else {
            net::HttpResponse response;
            response.status = 404;
            respond(std::move(response));
        }
    }
    void on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) override {
        if (request.path == path_) {
            server_.on_upgrade(std::move(request), std::move(upgrade));
        } else {
            net::HttpResponse response;
            response.status = 404;
            upgrade.refuse(std::move(response));
        }
    }

  private:
    std::string path_;
    ProtocolServer& server_;
};

// Serves on 127.0.0.1 and ::1 (Node takes either for `localhost`) until it is told to end.
int serve(
    net::LoopPool& loops, net::HttpHandler& handler, std::uint16_t port, const sigset_t& ends) {
    net::Server server(loops, {}, handler);
    const auto bound = server.listen("127.0.0.1", port);
    const auto also = bound ? server.listen("::1", *bound) : bound;
    if (!bound || !also) {
        fmt::print(stderr, "{}\n", (bound ? also : bound).error().message);
        return 1;
    }
    fmt::print("listening on http://localhost:{}\n", *bound);
    std::fflush(stdout);
    int signal = 0;
    ::sigwait(&ends, &signal);
    return 0;
}

int run(bool is_engine, std::uint16_t port, const sigset_t& ends) {
    const SystemClock clock;
    SystemRandom random;
    // One loop: the suites send two requests on two connections at once and expect them to be taken
    // in that order, which several loops do not promise.
    net::LoopPool loops(1);
    if (is_engine) {
        gateway::EngineOptions options;
        options.ping_interval = ping_interval;
        options.ping_timeout = ping_timeout;
        options.payload_bytes_max = payload_bytes_max;
        gateway::EngineServer engine(loops, clock, random, options, [](gateway::EngineLine& line) {
            return std::make_unique<EchoUser>(line);
        });
        PathHandler handler("/engine.io/", engine);
        return serve(loops, handler, port, ends);
    }
    gateway::SocketIoOptions options;
    options.namespaces = {"/", "/custom"};
    options.ping_interval = ping_interval;
    options.ping_timeout = ping_timeout;
    options.connect_timeout = connect_timeout;
    options.message_bytes_hard = payload_bytes_max;
    EchoApp app;
    gateway::SocketIoServer sockets(loops, clock, random, options, app);
    PathHandler handler("/socket.io/", sockets);
    return serve(loops, handler, port, ends);
}

}  // namespace
}  // namespace codencollab

int main(int argc, char** argv) {
    CLI::App cli("Echoes Engine.IO or Socket.IO for the official protocol suites");
    std::string mode = "socket.io";
    std::uint16_t port = 3000;
    cli.add_option("--mode", mode)->check(CLI::IsMember({"socket.io", "engine.io"}));
    cli.add_option("--port", port);
    CLI11_PARSE(cli, argc, argv);

    // Before any thread: they inherit the mask, so that sigwait alone gets the signals.
    sigset_t ends;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGINT);
    ::sigaddset(&ends, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &ends, nullptr);
    return codencollab::run(mode == "engine.io", port, ends);
}
