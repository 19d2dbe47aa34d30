#pragma once

#include "base/loop.h"
#include "base/unique_fd.h"
#include "net/event_loop.h"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace codencollab::net {

enum class IoStatus { done, would_block, ended, failed };

struct IoOutcome {
    IoStatus status = IoStatus::done;
    std::size_t bytes = 0;
};

/// A connected TCP socket on one loop, used when it is ready and never waited for: reads and writes
/// are plain non-blocking calls, so no bytes hang in an operation when the socket changes its loop.
/// Ownership: owns the descriptor. Threads: its loop's.
class TcpStream {
  public:
    TcpStream(EventLoop& loop, UniqueFd fd);
    ~TcpStream();
    TcpStream(const TcpStream&) = delete;
    TcpStream& operator=(const TcpStream&) = delete;

    IoOutcome read_some(std::span<char> into);
    IoOutcome write_some(std::span<const iovec> buffers);
    IoOutcome send_file(int file, std::uint64_t offset, std::size_t bytes_max);
    /// Tells the peer that nothing more comes.
    void shutdown_write();

    /// Calls `ready` once, in a later turn; setting a new one replaces a waiting one.
    void when_readable(Task ready);
    void when_writable(Task ready);

    /// Gives the descriptor away, still open; what waits is forgotten.
    UniqueFd release();

  private:
    struct State;
    IoOutcome written(std::ptrdiff_t returned);

    std::shared_ptr<State> state_;
};

}  // namespace codencollab::net
