#pragma once

#include "net/event_loop.h"
#include "net/tcp_stream.h"
#include "net/web_socket.h"
#include "wire/web_socket_frame.h"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::net {

/// The connection behind a WebSocket handle. Lives on one loop at a time.
///
/// Every task that it leaves with a loop holds a Link and not the core: when the core moves away or
/// dies, the link that stays behind is cut, so the old loop never touches what another owns now.
class WebSocket::Core : public std::enable_shared_from_this<WebSocket::Core> {
  public:
    Core(
        EventLoop& loop,
        UniqueFd fd,
        std::string remote_address,
        std::string received,
        WebSocketOptions options);
    ~Core();

    /// Queues bytes that go before every frame: the answer to the handshake.
    void send_raw(std::string bytes);

    void start(WebSocketHandler handler);
    void send_frames(SharedBytes frames);
    void close(std::uint16_t code, std::string_view reason);
    void drop_queued();
    std::size_t queued_bytes() const { return queued_bytes_; }
    std::chrono::milliseconds stalled_for() const;
    std::chrono::steady_clock::time_point heard_at() const { return heard_at_; }
    void set_message_bytes_max(std::size_t bytes) { decoder_.set_message_bytes_max(bytes); }
    const std::string& remote_address() const { return remote_address_; }
    Loop& loop() const { return *loop_; }
    void move_to(Loop& to, Task then);
    /// The handle has gone: drops the connection, or lets a closing handshake end by itself.
    void abandon();

  private:
    enum class State { open, closing, closed };
    struct Link {
        Core* core = nullptr;
    };

    struct Move {
        EventLoop* to;
        Task then;
    };

    void attach(EventLoop& loop, UniqueFd fd);
    void leave_for(Move move);
    UniqueFd detach();
    /// A task that calls `act` unless the core has left this loop by then.
    Task linked(void (Core::*act)());

    void wait_readable();
    void on_readable();
    void decode();
    bool take_step(wire::FrameDecoder::Step step);
    bool allow_control_frame();
    void answer_close();
    void answer_ping(std::string_view payload);

    void queue(SharedBytes bytes);
    void queue_close_frame(std::uint16_t code, std::string_view reason);
    void request_flush();
    void flush();
    bool write_once();
    void after_flush();

    void begin_closing(std::uint16_t code, std::string_view reason, bool by_peer);
    void finish();

    EventLoop* loop_;
    std::shared_ptr<Link> link_;
    std::optional<TcpStream> stream_;  // none on the way between loops and after the end
    std::string remote_address_;
    WebSocketOptions options_;
    std::shared_ptr<WebSocketHandler> handler_;  // shared: it may be dropped from within a call
    State state_ = State::open;
    bool started_ = false;
    bool abandoned_ = false;
    bool peer_closed_ = false;    // its close frame has come
    bool broken_ = false;         // it broke the rules: nothing more is read as frames
    bool close_flushed_ = false;  // ours has gone out
    bool close_queued_ = false;
    bool decoding_ = false;
    std::optional<Move> pending_move_;  // asked for from within a call of the handler
    WebSocketClosed closed_;
    Timer close_timer_;
    std::chrono::steady_clock::time_point heard_at_;

    wire::FrameDecoder decoder_;
    std::string received_;  // read and not decoded yet
    std::size_t received_at_ = 0;
    std::optional<std::string> pong_;  // the newest ping's payload, until the turn ends
    std::chrono::steady_clock::time_point control_second_{};
    std::size_t control_frames_ = 0;

    std::deque<SharedBytes> out_;
    std::size_t out_offset_ = 0;  // of out_.front(), written already
    std::size_t queued_bytes_ = 0;
    bool flush_posted_ = false;
    bool waits_writable_ = false;
    std::chrono::steady_clock::time_point progress_at_{};
};

}  // namespace codencollab::net
