#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/loop.h"
#include "gateway/contract_codec.h"
#include "gateway/event_rates.h"
#include "gateway/identity.h"
#include "gateway/room_homes.h"
#include "gateway/socket_io/socket.h"
#include "gateway/stay.h"
#include "gateway/token_life.h"
#include "gateway/y_messages.h"
#include "room/room.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>

namespace codencollab::gateway {

class RoomSession;

/// What the sessions of a server share. Outlives them.
struct SessionWorld {
    const RoomHomes& homes;
    Identity& identity;
    const Clock& clock;
    const Limits& limits;
    EventRates& rates;
    YMessages& y_messages;
    /// The sessions that live on each loop; each set is touched on its loop alone.
    std::vector<std::unordered_set<RoomSession*>>& on_loop;
};

/// One connected client of the product: who it is, where it sits, and its way out of a room.
///
/// What must not overlap takes its turn: while a join is under way, or a token is being checked,
/// the client's further events wait, in order.
///
/// Ownership: the socket's state holds it; a callback that may come late holds it weakly or, where
/// a
///            room was given it as outbox, strongly. `end` is its one cleanup.
/// Threads:   the loop where its socket lives.
class RoomSession final : public room::Outbox, public std::enable_shared_from_this<RoomSession> {
  public:
    RoomSession(SessionWorld& world, Socket& socket, std::string token, Caller caller);
    ~RoomSession() override;

    /// The session is known on its loop and its token's end is watched.
    void start();
    void on_event(SocketEvent event);
    /// Leaves the room and forgets the socket: called once, whatever ended the connection.
    void end();

    const UserId& user() const { return caller_.user.id; }
    /// Asks again whether the token is good, because the user's sessions have changed.
    void recheck();

    room::Push push(room::SharedFrame frame) override;
    void close(room::CloseReason reason) override;

  private:
    using Ack = std::optional<std::uint64_t>;
    using Handler = void (RoomSession::*)(const boost::json::value& payload, Ack ack);
    static Handler handler_of(std::string_view name);

    void handle(SocketEvent event);
    void on_yjs(const SocketEvent& event);
    void on_join(const boost::json::value& payload, Ack ack);
    void on_leave(const boost::json::value& payload, Ack ack);
    void on_code_change(const boost::json::value& payload, Ack ack);
    void on_cursor(const boost::json::value& payload, Ack ack);
    void on_chat_message(const boost::json::value& payload, Ack ack);
    void on_language_change(const boost::json::value& payload, Ack ack);
    void on_execution_input(const boost::json::value& payload, Ack ack);
    void on_refresh(const boost::json::value& payload, Ack ack);

    void enter(const RoomId& room, room::ClientKind kind, Ack ack);
    void on_entered(Result<room::Entered> entered, Ack ack);
    void refuse_join(const Error& error, Ack ack);
    void on_verified(Result<Caller> caller, std::string token, Ack ack);

    void answer(const Result<>& outcome, Ack ack);
    void answer_change(const Result<std::uint64_t>& rev, Ack ack);
    void answer_update(const Result<>& outcome, Ack ack);
    void refuse(const Error& error, Ack ack);
    Result<> require_kind(room::ClientKind kind) const;
    void close_later(std::uint16_t code, std::string_view reason);
    void become_free();
    void arrive();
    void depart();
    void watch_token();
    void end_by_token(const Error& why);

    SessionWorld& world_;
    Socket* socket_;  // null once the socket has ended
    std::string token_;
    Caller caller_;
    TokenLife token_life_;
    std::shared_ptr<Stay> stay_ = std::make_shared<Stay>();
    room::ClientKind kind_ = room::ClientKind::delta;  // of the last join
    std::deque<SocketEvent> waiting_;
    std::size_t waiting_bytes_ = 0;
    bool is_busy_ = false;  // a join or a check of a token is under way
    bool must_recheck_ = false;
    room::Seat seat_;  // last: it leaves the room before what the room may still push to goes
};

}  // namespace codencollab::gateway
