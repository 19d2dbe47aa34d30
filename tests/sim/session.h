#pragma once

#include "room/room.h"
#include "room/rooms.h"
#include "sim/node_loop.h"
#include "sim/pipe.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace codencollab::sim {

/// What reaches a client over its connection.
class Receiver {
  public:
    virtual ~Receiver() = default;
    virtual void on_event(const room::Event& event) = 0;
    /// The node has ended the connection and said why; nothing: it just ended.
    virtual void on_closed(std::optional<room::CloseReason> reason) = 0;
};

/// A node's end of a connection, at the level of typed messages: what a gateway is in the product.
/// Its queue is bounded, and drains as fast as the client reads.
///
/// Ownership: its node's; dies with it.
class Session final : public room::Outbox, public std::enable_shared_from_this<Session> {
  public:
    /// The client's end, as one thing: the pipe to it, and who reads there. The receiver is asked
    /// for with each delivery, so that a client that has gone on to another connection gets none.
    struct Downlink {
        std::shared_ptr<Pipe> pipe;
        std::function<Receiver*()> receiver;
    };
    struct Ports {
        NodeLoop& loop;
        room::Rooms& rooms;
        Scheduler& scheduler;
        std::size_t frames_max;
        std::move_only_function<void(const Session*)> ended;  // to be let go, later
        std::move_only_function<void(std::string)> fault;     // the room did what it must not
    };

    Session(Ports ports, Downlink down, std::string sid)
        : ports_(std::move(ports)), down_(std::move(down)), sid_(std::move(sid)) {}

    const std::string& sid() const { return sid_; }
    room::Seat& seat() { return seat_; }
    bool is_joined() const { return seat_.is_taken(); }
    bool has_ended() const { return has_ended_; }
    const room::User& user() const { return *user_; }

    /// `done` is told at the node, once.
    void join(
        const RoomId& room,
        room::User user,
        room::ClientKind kind,
        std::function<void(const Result<>&)> done);
    /// Runs at the client, behind what was pushed before.
    void reply(Task at_client);
    /// The link is gone, or the client closed it. Leaves the room.
    void drop();
    /// The node ends the connection, and the client gets to know.
    void hang_up();

    room::Push push(room::SharedFrame frame) override;
    void close(room::CloseReason reason) override;

    static constexpr std::size_t window = 16;  // frames on the link and not read
    static constexpr std::chrono::milliseconds stall_max{20'000};

  private:
    void enqueue(Task at_client);
    void pump();
    void watch_progress();

    Ports ports_;
    Downlink down_;
    std::string sid_;
    std::optional<room::User> user_;
    std::deque<Task> queue_;
    std::size_t unread_ = 0;
    std::size_t progress_ = 0;
    Timer stall_timer_;
    Timer linger_timer_;
    bool stall_is_watched_ = false;
    bool has_ended_ = false;
    bool room_has_closed_ = false;
    room::Seat seat_;  // last: leaving the room needs the rest
};

}  // namespace codencollab::sim
