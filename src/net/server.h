#pragma once

#include "base/error.h"
#include "net/http.h"
#include "net/loops.h"
#include "net/web_socket.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace codencollab::net {

/// Bounds of HTTP reading; the defaults are what we serve with.
struct HttpLimits {
    std::size_t request_line_bytes = 8 << 10;
    std::size_t header_bytes = 16 << 10;
    std::size_t header_fields = 100;
    std::chrono::milliseconds header_timeout{10'000};  // from its first byte
    std::chrono::milliseconds body_timeout{30'000};    // and body_bytes_per_second beyond
    std::size_t body_bytes_per_second = 1 << 10;
    std::chrono::milliseconds keep_alive{60'000};   // a request that waits is not idle
    std::chrono::milliseconds write_stall{20'000};  // an answer that the client does not take
    std::size_t requests_per_connection = 1'000;
};

/// Listens, accepts and speaks HTTP/1.1 on a pool's loops; new connections are dealt out to the
/// loops in turn.
///
/// Ownership: pool and handler outlive it. The destructor stops accepting and drops every
/// connection
///            that is still HTTP; WebSockets live with who holds them.
/// Threads:   made, used and destroyed by one thread that is none of the loops.
class Server {
  public:
    Server(LoopPool& loops, HttpLimits limits, HttpHandler& handler);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens on every address that `host` stands for ("127.0.0.1", "::1", "localhost",
    /// "0.0.0.0"); port 0 picks a free one. May be called again for more. Answers the port. Fails
    /// with a message for a person: address in use, permission denied, no such host.
    Result<std::uint16_t> listen(const std::string& host, std::uint16_t port);

    /// Accepts nothing more; connections go on.
    void stop_accepting();
    /// Closes the connections that wait for a request now, and every other after its answer.
    void close_idle();

  private:
    class Core;
    std::unique_ptr<Core> core_;
};

}  // namespace codencollab::net
