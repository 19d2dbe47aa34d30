#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/loop.h"
#include "gateway/identity.h"
#include "gateway/room_homes.h"
#include "gateway/token_life.h"
#include "gateway/y_messages.h"
#include "gateway/y_sessions.h"
#include "net/web_socket.h"
#include "room/room.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace codencollab::gateway {

/// The close codes of y-websocket connections that are our own; clients show or ignore them.
namespace y_close_code {
inline constexpr std::uint16_t signed_out = 4401;  // the token has expired or was revoked
inline constexpr std::uint16_t removed = 4403;     // by an owner of the room
inline constexpr std::uint16_t no_room = 4404;     // it is not there, or not any more
inline constexpr std::uint16_t room_full = 4409;
}  // namespace y_close_code

/// One client's WebSocket as its session sees it, on one loop; as net::WebSocket.
/// Destroying it ends the connection; after `close` the goodbye still goes out.
class YLine {
  public:
    virtual ~YLine() = default;
    /// Nothing is read before it.
    virtual void start(net::WebSocketHandler handler) = 0;
    virtual void send(net::SharedBytes frames) = 0;
    virtual void ping() = 0;
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
    virtual void drop_queued() = 0;
    virtual std::size_t queued_bytes() const = 0;
    virtual std::chrono::milliseconds stalled_for() const = 0;
    virtual SteadyTime heard_at() const = 0;
};

/// What the sessions of a server share. Outlives them.
struct YWorld {
    const RoomHomes& homes;
    Identity& identity;
    const Clock& clock;
    const Limits& limits;
    YMessages& messages;
    std::chrono::milliseconds ping_interval;
    std::chrono::milliseconds ping_timeout;
    YSessions& sessions;
};

/// One y-websocket client in one room, from its accepted WebSocket to its end.
///
/// Its WebSocket is not read before it has a seat: what the client says at once waits in the
/// kernel, and so needs no bound here.
///
/// Ownership: `YWorld::sessions` owns it until it ends; callbacks that may come late hold it weakly
///            or, where a room was given it as outbox, strongly.
/// Threads:   the loop of its room, where its WebSocket has to live.
class YSession final : public room::Outbox, public std::enable_shared_from_this<YSession> {
  public:
    struct Client {
        std::string sid;
        std::string token;
        Caller caller;
    };

    YSession(YWorld& world, RoomId room, Client client, std::unique_ptr<YLine> line);
    ~YSession() override;

    /// Enters the room.
    void start();
    /// Ends it from outside, with a reason for the client.
    void end(std::uint16_t code, std::string_view reason);
    /// Asks again whether the token is good, because the user's sessions have changed.
    void recheck();

    const UserId& user() const { return client_.caller.user.id; }

    room::Push push(room::SharedFrame frame) override;
    void close(room::CloseReason reason) override;

  private:
    enum class Topic;
    static Topic topic_of(std::string_view message);

    Loop& loop() const { return world_.homes.home_of(room_).loop; }
    void on_entered(Result<room::Entered> entered);
    void on_message(net::MessageKind kind, std::string_view payload);
    void on_refused(const Error& error, Topic topic);
    void on_token_end(const Error& why);
    void ping();
    void look_after_ping();
    void finish();

    YWorld& world_;
    const RoomId room_;
    Client client_;
    std::unique_ptr<YLine> line_;  // while it is open
    TokenLife token_life_;
    Timer heartbeat_;
    SteadyTime pinged_at_{};
    bool is_open_ = true;       // no goodbye has been said
    bool is_finished_ = false;  // it has left everything
    room::Seat seat_;  // last: it leaves the room before what the room may still push to goes
};

}  // namespace codencollab::gateway
