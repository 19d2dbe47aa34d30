#pragma once

#include "base/loop.h"
#include "net/http.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace codencollab::net {

enum class MessageKind { text, binary };

/// Bytes shared between any number of connections: frames encoded once.
using SharedBytes = std::shared_ptr<const std::string>;

/// Why a WebSocket ended. `code` is the peer's close code, 1005 when its close frame had none, 1006
/// when the connection went without one, or ours when we closed.
struct WebSocketClosed {
    std::uint16_t code = 1006;
    std::string reason;
    bool by_peer = true;
};

/// What a WebSocket tells. Called on its loop, never from within a call to the WebSocket; must not
/// throw. It may destroy the WebSocket from within.
struct WebSocketHandler {
    /// One whole message; the bytes go after the call.
    std::move_only_function<void(MessageKind kind, std::string_view payload)> message;
    /// The connection is over. Exactly once, unless the WebSocket is destroyed first.
    std::move_only_function<void(const WebSocketClosed&)> closed;
};

struct WebSocketOptions {
    /// A message announced as larger closes with 1009, before it is buffered.
    std::size_t message_bytes_max = 1 << 20;
    /// How long to wait for the peer's close frame after ours.
    std::chrono::milliseconds close_timeout{2'000};
};

/// One server-side WebSocket connection (RFC 6455). Frames that break the protocol close it with
/// the code that the RFC names; pings are answered here.
///
/// Ownership: a handle that owns its connection; destroying it drops the connection at once (use
///            `close` for a closing handshake). Move-only; an empty one owns nothing.
/// Threads:   its loop's alone; `move_to` brings it to another.
/// Writing:   frames queue up and leave in one gathering write when the loop's turn ends.
class WebSocket {
  public:
    class Core;

    WebSocket();
    explicit WebSocket(std::shared_ptr<Core> core);
    WebSocket(WebSocket&&) noexcept;
    WebSocket& operator=(WebSocket&&) noexcept;
    ~WebSocket();

    explicit operator bool() const { return core_ != nullptr; }

    /// Begins to read and to call `handler`. Once, on the loop where it shall live.
    void start(WebSocketHandler handler);

    /// Queues whole frames that were encoded before (wire/web_socket_frame.h): no copy is made.
    void send_frames(SharedBytes frames);
    /// Encodes and queues one message.
    void send(MessageKind kind, std::string_view payload);

    /// Sends a close frame, waits for the peer's (at most `close_timeout`) and then shuts down;
    /// `closed` follows. What is queued before goes out first, if the peer takes it in that time.
    void close(std::uint16_t code, std::string_view reason);
    /// Forgets what has queued and is not partly written; for a consumer that is too slow.
    void drop_queued();

    /// Bytes queued that the kernel has not taken.
    std::size_t queued_bytes() const;
    /// How long the peer has taken nothing although something was queued; zero when nothing is.
    std::chrono::milliseconds stalled_for() const;
    /// When the peer has last been heard, be it a pong; at first when the connection was accepted.
    std::chrono::steady_clock::time_point heard_at() const;
    /// Asks the peer for a pong.
    void ping();

    void set_message_bytes_max(std::size_t bytes);
    const std::string& remote_address() const;
    Loop& loop() const;

    /// Hands the connection to another loop. From now on until `then` runs there, make no call;
    /// then the handle belongs to `to`. Nothing read or queued is lost. Destroy it only there.
    void move_to(Loop& to, Task then);

  private:
    std::shared_ptr<Core> core_;
};

/// A WebSocket handshake that waits for an answer. Dropped without one it answers 500.
/// Threads: its request's loop.
class WebSocketUpgrade {
  public:
    class Waiting;

    explicit WebSocketUpgrade(std::unique_ptr<Waiting> waiting);
    WebSocketUpgrade(WebSocketUpgrade&&) noexcept;
    WebSocketUpgrade& operator=(WebSocketUpgrade&&) noexcept;
    ~WebSocketUpgrade();

    /// Answers 101. An empty WebSocket when the connection has gone meanwhile. Nothing is read
    /// until its `start`.
    WebSocket accept(WebSocketOptions options = {});
    /// Answers as plain HTTP; the connection closes after it.
    void refuse(HttpResponse response);

  private:
    std::unique_ptr<Waiting> waiting_;
};

}  // namespace codencollab::net
