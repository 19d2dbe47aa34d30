#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "gateway/socket_io/socket.h"
#include "net/http.h"
#include "net/loops.h"
#include "net/web_socket.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codencollab::gateway {

class EngineServer;

struct SocketIoOptions {
    std::vector<std::string> namespaces{"/"};
    std::chrono::milliseconds ping_interval{25'000};
    std::chrono::milliseconds ping_timeout{20'000};
    std::chrono::milliseconds connect_timeout{10'000};  // from the handshake to a good CONNECT
    std::chrono::milliseconds upgrade_timeout{10'000};
    std::size_t message_bytes = 1 << 20;       // larger events are answered too_large
    std::size_t message_bytes_hard = 8 << 20;  // larger messages close the connection; `maxPayload`
    /// Events that message_bytes does not bound: their text is counted after decoding.
    std::vector<std::string> large_events;
    std::size_t unauthenticated_bytes = 16 << 10;  // of input before CONNECT
    std::size_t unauthenticated_sessions_per_address = 64;
    std::size_t outbox_bytes = 8 << 20;
    std::chrono::milliseconds outbox_stall{20'000};
    /// Whether a request's Origin may use this server (asked only when there is one); none: any
    /// may.
    std::function<bool(const net::HttpRequest&, std::string_view origin)> is_origin_allowed;
};

/// Socket.IO revision 5 over Engine.IO revision 4 at one path: everything of the protocol, nothing
/// of what is said over it.
///
/// Ownership: pool, clock, random and app outlive it. Destroy it after the net::Server that hands
/// it
///            requests; the destructor drops every session without telling the app.
/// Threads:   on_request and on_upgrade run on any loop of the pool; a session lives on the loop
///            where it was opened until Socket::move_to, and requests find it by their sid.
class SocketIoServer {
  public:
    SocketIoServer(
        net::LoopPool& loops,
        const Clock& clock,
        Random& random,
        SocketIoOptions options,
        SocketApp& app);
    ~SocketIoServer();
    SocketIoServer(const SocketIoServer&) = delete;
    SocketIoServer& operator=(const SocketIoServer&) = delete;

    /// Every request below `/socket.io/` is for these two; OPTIONS as well.
    void on_request(net::HttpRequest request, net::Respond respond);
    void on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade);
    /// For HttpHandler's functions of the same names.
    std::size_t body_limit(const net::HttpRequest& head) const;
    net::HttpResponse on_body_too_large(const net::HttpRequest& head);

    /// Sessions open now, on all loops. Threads: any.
    std::size_t session_count() const;

    /// Refuses new sessions (403, code 4) from now on and closes those that are open with
    /// 1012 "service restart", in slices over `duration`, so that clients do not come back all at
    /// once. Answers at once. Threads: any.
    void drain(std::chrono::milliseconds duration);

  private:
    std::unique_ptr<EngineServer> engine_;
};

}  // namespace codencollab::gateway
