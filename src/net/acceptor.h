#pragma once

#include "base/error.h"
#include "base/unique_fd.h"
#include "net/event_loop.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codencollab::net {

struct ListeningSocket {
    UniqueFd fd;
    std::uint16_t port = 0;
};

/// Listens on each address that `host` stands for, all with one port. Fails with a message for a
/// person. Threads: any.
Result<std::vector<ListeningSocket>> listen_on(const std::string& host, std::uint16_t port);

/// Accepts connections of one listening socket. Goes on when the process runs out of descriptors:
/// then the newest connections are closed at once, so that clients see an end and not a silence.
/// Threads: its loop's alone.
class Acceptor {
  public:
    using Accepted = std::function<void(UniqueFd fd, std::string remote_address)>;

    Acceptor(EventLoop& loop, UniqueFd listening, Accepted accepted);
    ~Acceptor();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace codencollab::net
