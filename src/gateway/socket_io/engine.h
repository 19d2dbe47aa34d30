#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "base/random.h"
#include "gateway/socket_io/packet.h"
#include "net/http.h"
#include "net/loops.h"
#include "net/web_socket.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace codencollab::gateway {

struct EngineOptions {
    std::chrono::milliseconds ping_interval{25'000};
    std::chrono::milliseconds ping_timeout{20'000};
    std::chrono::milliseconds upgrade_timeout{10'000};
    std::size_t payload_bytes_max = 8 << 20;  // of a message and of a POST; told as `maxPayload`
    std::size_t unconfirmed_bytes_max = 64 << 10;  // the same before EngineLine::confirm
    std::size_t unconfirmed_sessions_per_address = 64;
    std::size_t outbox_bytes = 8 << 20;
    std::chrono::milliseconds outbox_stall{20'000};
    /// Said to a slow consumer before it is dropped; may be empty.
    SharedPacket slow_consumer_notice;
    /// Whether a request's Origin may use this server (asked only when there is one); none: any
    /// may.
    std::function<bool(const net::HttpRequest&, std::string_view origin)> is_origin_allowed;
};

/// Why an Engine.IO session ended.
enum class EngineEnd { client_left, ping_timeout, protocol_error, slow_consumer, server };

/// A session as its user sees it. Belongs to the EngineServer; valid until on_closed returns.
/// Threads: its loop's alone. No call here calls the user back before it returns.
class EngineLine {
  public:
    virtual ~EngineLine() = default;

    virtual const std::string& remote_address() const = 0;
    virtual Loop& loop() const = 0;
    virtual bool is_open() const = 0;
    /// The client is known: the bounds for strangers no longer hold for it.
    virtual void confirm() = 0;
    virtual void send(SharedPacket packet) = 0;
    /// Ends the session: what is queued goes out first, if the client takes it soon.
    virtual void close(EngineEnd end, std::uint16_t code, std::string_view reason) = 0;
    /// As Socket::move_to.
    virtual void move_to(Loop& to, Task then) = 0;
    /// Whether it was asked to move and has not arrived.
    virtual bool is_moving() const = 0;
    virtual std::size_t queued_bytes() const = 0;
};

/// What is said over one session. Called on the session's loop; must not throw.
class EngineUser {
  public:
    virtual ~EngineUser() = default;
    virtual void on_text(std::string_view text) = 0;
    virtual void on_binary(std::string bytes) = 0;
    /// Exactly once; the user is destroyed after it.
    virtual void on_closed(EngineEnd end) = 0;
    /// The session is about to leave its loop; timers of the user must go. `on_arrived` follows on
    /// the other loop, before anything else.
    virtual void on_leaving() = 0;
    virtual void on_arrived() = 0;
};

/// Makes the user of a new session. Threads: any loop. Outlives the EngineServer.
using EngineUserFactory = std::function<std::unique_ptr<EngineUser>(EngineLine&)>;

/// Engine.IO revision 4: sessions over polling and WebSocket, and the way from one to the other.
/// Ownership and threads as SocketIoServer.
class EngineServer {
  public:
    EngineServer(
        net::LoopPool& loops,
        const Clock& clock,
        Random& random,
        EngineOptions options,
        EngineUserFactory make_user);
    ~EngineServer();
    EngineServer(const EngineServer&) = delete;
    EngineServer& operator=(const EngineServer&) = delete;

    void on_request(net::HttpRequest request, net::Respond respond);
    void on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade);
    std::size_t body_limit(const net::HttpRequest& head) const;
    /// Ends the session that sent it and gives the answer.
    net::HttpResponse on_body_too_large(const net::HttpRequest& head);

    std::size_t session_count() const;
    void drain(std::chrono::milliseconds duration);

    class Core;

  private:
    std::shared_ptr<Core> core_;
};

}  // namespace codencollab::gateway
