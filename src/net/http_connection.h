#pragma once

#include "net/event_loop.h"
#include "net/http.h"
#include "net/server.h"
#include "net/tcp_stream.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace codencollab::net {

class HttpConnection;

/// A server's part on one loop: what its connections share, and the connections.
/// Threads: the loop's own.
struct HttpShard {
    EventLoop& loop;
    const HttpLimits limits;
    HttpHandler& handler;
    std::unordered_set<std::shared_ptr<HttpConnection>> connections{};
    bool is_draining = false;  // connections close after the answer they are at
    bool is_stopped = false;   // the server has gone: the handler must not be called
};

/// One HTTP/1.1 connection: reads requests one after another, hands each to the handler and writes
/// its answer. Belongs to its shard until it ends or becomes a WebSocket.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    HttpConnection(std::shared_ptr<HttpShard> shard, UniqueFd fd, std::string remote_address);

    void start();
    /// Closes it when it waits for a request, else after the answer.
    void close_when_idle();
    void close();

    /// Takes the answer to request number `serial`; ignored when that is not the one waiting.
    void respond(std::uint64_t serial, HttpResponse response);
    /// Becomes a WebSocket; empty when the connection has gone.
    WebSocket upgrade(std::uint64_t serial, std::string answer, WebSocketOptions options);

    EventLoop& loop() const { return shard_->loop; }

  private:
    enum class Phase { head, body, handling, writing, lingering, closed };
    using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

    Task alive(void (HttpConnection::*act)());

    void wait_readable();
    void on_readable();
    void on_input_ended();

    void advance();
    bool take_head();
    bool take_body();
    void begin_request(std::size_t head_bytes);
    bool read_fields();
    bool expects_more_than_we_take();
    void begin_body();
    void on_body_deadline();
    void dispatch();
    void dispatch_upgrade();
    void refuse(int status, std::string_view message);

    void write_response(HttpResponse response);
    void write();
    bool write_file();
    void on_write_stall();
    void end_response();
    void linger();
    void linger_on();

    std::shared_ptr<HttpShard> shard_;
    std::optional<TcpStream> stream_;
    std::string remote_address_;
    Phase phase_ = Phase::head;
    Timer deadline_;
    bool advancing_ = false;
    bool waits_for_first_byte_ = false;
    bool input_ended_ = false;

    std::string in_;
    std::optional<Parser> parser_;
    HttpRequest request_;
    std::shared_ptr<RequestAbandoned> abandoned_;
    std::size_t body_limit_ = 0;
    std::size_t body_received_ = 0;
    std::chrono::steady_clock::time_point body_began_{};
    std::uint64_t serial_ = 0;
    bool keep_alive_ = true;
    bool is_head_request_ = false;
    bool takes_gzip_ = false;

    std::string out_head_;
    std::string out_body_;
    std::size_t out_offset_ = 0;  // over both
    std::optional<HttpFile> out_file_;
    std::uint64_t file_offset_ = 0;
    std::uint64_t written_ = 0;         // of the whole answer
    std::uint64_t written_before_ = 0;  // when the stall timer was set
    std::chrono::steady_clock::time_point linger_until_{};
};

}  // namespace codencollab::net
