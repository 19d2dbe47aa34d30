#pragma once

#include "base/error.h"
#include "base/loop.h"
#include "gateway/socket_io/packet.h"

#include <boost/json/array.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::gateway {

/// An event from a client, checked as far as the protocol goes.
struct SocketEvent {
    std::string name;                      // a number as its digits
    boost::json::array arguments;          // without the name; placeholders stand as they came and
                                           // refer to `attachments`, each in range
    std::vector<std::string> attachments;  // bytes
    std::optional<std::uint64_t> ack;      // answer it with Socket::ack, exactly once
    std::size_t size_bytes = 0;            // about what it took on the wire
};

/// Why a socket ended.
enum class DisconnectReason {
    client_left,  // it sent a disconnect packet, or closed its transport
    ping_timeout,
    protocol_error,  // it broke the protocol
    slow_consumer,
    server,  // disconnect(), close() or draining
};

/// One connected client in one namespace.
///
/// Ownership: belongs to its session. The reference that a SocketApp gets is valid from on_connect
///            until on_disconnect returns (or until `done` was called with a failure). To hold it
///            longer than a call, watch `weak()`.
/// Threads:   its loop's alone. No call here calls the SocketApp back before it returns.
class Socket {
  public:
    virtual ~Socket() = default;

    /// The Socket.IO id, which other users see; not the transport's secret id.
    virtual const std::string& sid() const = 0;
    virtual const std::string& remote_address() const = 0;
    virtual Loop& loop() const = 0;
    /// Expires with the socket; lock it on its loop only.
    virtual std::weak_ptr<Socket> weak() = 0;

    /// False as soon as it was closed or its outbox overflowed; on_disconnect follows in a later
    /// turn. What is emitted then goes nowhere.
    virtual bool is_open() const = 0;

    /// Queues an event. When more than the outbox's bound is queued already, the socket is closed
    /// as a slow consumer instead: look at is_open().
    virtual void emit(const SharedPacket& packet) = 0;
    /// Encodes and queues one for this client alone; `arguments_json` are the arguments after the
    /// name, comma-separated JSON, such as `{"a":1}`; may be empty.
    virtual void emit(std::string_view name, std::string_view arguments_json) = 0;
    virtual void emit(
        std::string_view name,
        std::string_view arguments_json,
        const std::vector<std::string>& attachments) = 0;
    /// Answers an event's ack; arguments as in emit.
    virtual void ack(std::uint64_t id, std::string_view arguments_json) = 0;
    virtual void ack(
        std::uint64_t id,
        std::string_view arguments_json,
        const std::vector<std::string>& attachments) = 0;

    /// Sends 41 and closes: the client does not come back by itself. Only where a person must act.
    virtual void disconnect() = 0;
    /// Closes the transport without 41 (WebSocket close code; polling answers `1`): the client
    /// reconnects by itself.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;

    /// Hands the whole session to another loop. From now on until `then` runs there make no call,
    /// and get none; afterwards the socket lives on `to`. Nothing is lost on the way. `then` does
    /// not run when the session ended on the way: on_disconnect, on `to`, says so.
    virtual void move_to(Loop& to, Task then) = 0;

    /// Bytes queued that the client has not taken.
    virtual std::size_t queued_bytes() const = 0;

    /// Whatever the application keeps for this socket; goes with it.
    void set_state(std::shared_ptr<void> state) { state_ = std::move(state); }
    template <class T>
    T* state() const {
        return static_cast<T*>(state_.get());
    }

  private:
    std::shared_ptr<void> state_;
};

/// What is said over sockets: the product's, or a test's echo. Called on the socket's loop, so on
/// several threads at once for different sockets; must not throw. Outlives the SocketIoServer.
class SocketApp {
  public:
    virtual ~SocketApp() = default;

    /// A client wants to connect. `auth` is its payload: an object, or null when it sent none.
    /// Answer with `done`, now or later, on the socket's loop:
    /// - success: the client is told its sid; the application may emit as soon as done returned,
    /// and
    ///   events the client sent meanwhile follow;
    /// - a failure: the client is refused with `{message, data: {code}}`, and does not retry;
    /// - `identity_unavailable`: its transport is closed instead, so that it comes back.
    /// When the client has gone meanwhile, `done` does nothing and no on_disconnect follows.
    virtual void on_connect(Socket& socket, boost::json::value auth, Callback<> done) = 0;

    virtual void on_event(Socket& socket, SocketEvent event) = 0;

    /// Exactly once for each socket whose `done` succeeded, unless the client had gone by then.
    virtual void on_disconnect(Socket& socket, DisconnectReason reason) = 0;
};

}  // namespace codencollab::gateway
