#pragma once

#include "base/clock.h"
#include "gateway/socket_io/engine.h"
#include "wire/engine_io.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::gateway {

/// One Engine.IO session: what it has queued, the transport that takes it, and its heartbeat.
///
/// Lives on one loop at a time. Tasks that it leaves with a loop hold a Link, which is cut when the
/// session leaves that loop (see net/web_socket_core.h). After its end it owns nothing that is
/// bound to a loop, so the last reference may go anywhere.
class EngineSession final : public EngineLine, public std::enable_shared_from_this<EngineSession> {
  public:
    EngineSession(
        std::shared_ptr<EngineServer::Core> core,
        std::string sid,
        std::string remote_address,
        Loop& loop);
    ~EngineSession() override;

    /// Begins; the answer to a polling handshake, or a WebSocket that gets it as its first frame.
    std::string open_polling(std::unique_ptr<EngineUser> user);
    void open_web_socket(std::unique_ptr<EngineUser> user, net::WebSocket socket);

    /// Tells polls apart, so that a late notice of one does not hit the next.
    using PollToken = std::shared_ptr<const int>;
    void poll(PollToken token, net::Respond respond);
    void abandon_poll(const PollToken& token);
    void post(std::string_view body, net::Respond respond);
    /// A second transport, which may take over from polling.
    void take_probe(net::WebSocket probe);

    /// Whether it lives here by now, after a move.
    bool is_settled() const { return !in_transit_; }
    /// Ends it without a word to its user: the server goes.
    void drop();

    // EngineLine
    const std::string& remote_address() const override { return remote_address_; }
    Loop& loop() const override { return *loop_; }
    bool is_open() const override { return state_ == State::open; }
    void confirm() override;
    void send(SharedPacket packet) override;
    void close(EngineEnd end, std::uint16_t code, std::string_view reason) override;
    void move_to(Loop& to, Task then) override;
    bool is_moving() const override { return move_.has_value(); }
    std::size_t queued_bytes() const override;

  private:
    enum class State {
        open,
        closing,  // polling: what is queued waits for the last poll
        ended,
    };
    enum class Role { none, probe, active };  // of socket_
    struct Link {
        EngineSession* session = nullptr;
    };
    struct Move {
        Loop* to;
        Task then;
    };
    struct Queued {
        SharedPacket packet;
        std::size_t next_part = 0;
    };
    struct Received {
        wire::EngineType type;
        std::string data;
        bool is_binary;
    };

    Task linked(void (EngineSession::*act)());
    std::string handshake_text(bool may_upgrade) const;
    std::size_t message_bytes_max() const;

    // Input.
    void start_socket(Role role);
    void on_socket_message(net::MessageKind kind, std::string_view payload);
    void on_socket_closed(const net::WebSocketClosed& closed);
    void on_probe_text(std::string_view text);
    void commit_upgrade();
    void drop_probe();
    void receive(wire::EngineType type, std::string_view data, std::optional<std::string> binary);
    void handle(wire::EngineType type, std::string_view data, std::optional<std::string> binary);

    // Output.
    void flush_poll();
    std::string take_payload();
    void answer_poll(std::string body);
    bool is_slow() const;
    void end_slow();

    // Heartbeat.
    void restart_heartbeat();
    void arm_heartbeat();
    void on_heartbeat();
    void note_life();
    SteadyTime heartbeat_deadline() const;
    bool end_if_overdue();

    // Ends and moves.
    void end(EngineEnd end, std::string_view last_poll);
    void leave_directory();
    void tell_closed();
    void retire();
    void release_transports();
    void leave();
    void arrive();

    std::shared_ptr<EngineServer::Core> core_;
    const std::string sid_;
    const std::string remote_address_;
    Loop* loop_;
    std::shared_ptr<Link> link_;
    std::unique_ptr<EngineUser> user_;
    State state_ = State::open;
    EngineEnd end_ = EngineEnd::server;
    bool is_confirmed_ = false;
    bool is_listed_ = true;

    // Polling.
    net::Respond poll_;
    PollToken poll_token_;
    std::deque<Queued> queue_;
    std::size_t queue_bytes_ = 0;
    bool flush_posted_ = false;

    // WebSocket.
    net::WebSocket socket_;
    Role role_ = Role::none;
    bool upgrading_ = false;
    SteadyTime upgrade_deadline_{};
    Timer upgrade_timer_;

    // Heartbeat.
    SteadyTime next_ping_at_{};
    SteadyTime pong_deadline_{};
    bool waits_for_pong_ = false;
    bool is_extended_ = false;
    Timer heartbeat_timer_;
    Timer closing_timer_;

    // On the way to another loop.
    std::optional<Move> move_;
    bool in_transit_ = false;
    std::deque<Received> inbox_;  // what came meanwhile
};

}  // namespace codencollab::gateway
