#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "gateway/socket_io/engine.h"
#include "gateway/socket_io/socket.h"
#include "gateway/socket_io/socket_io_server.h"
#include "wire/socket_io.h"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace codencollab::gateway {

/// What all Socket.IO sessions of a server share; outlives them.
struct SocketWorld {
    const SocketIoOptions options;
    Random& random;
    SocketApp& app;
};

/// Socket.IO over one Engine.IO session: its sockets by namespace, and the way in.
/// Threads: its session's loop.
class SocketSession final : public EngineUser {
  public:
    SocketSession(std::shared_ptr<const SocketWorld> world, EngineLine& line);
    ~SocketSession() override;

    void on_text(std::string_view text) override;
    void on_binary(std::string bytes) override;
    void on_closed(EngineEnd end) override;
    void on_leaving() override;
    void on_arrived() override;

  private:
    class NamespaceSocket;
    using Sockets = std::map<std::string, std::shared_ptr<NamespaceSocket>, std::less<>>;

    bool admit(std::size_t bytes);
    void take(wire::SocketDecoder::Step step);
    void connect(wire::SocketPacket packet);
    void on_verdict(NamespaceSocket& socket, Result<> verdict);
    void refuse(const std::string& socket_namespace, const Error& error);
    void disconnect(const std::string& socket_namespace);
    void take_event(NamespaceSocket& socket, wire::SocketPacket packet);
    void deliver(NamespaceSocket& socket, wire::SocketPacket packet);
    void deliver_waiting(NamespaceSocket& socket);
    void post_waiting(NamespaceSocket& socket);
    void answer_too_large(NamespaceSocket& socket, const wire::SocketPacket& packet);
    void expect_connect(std::chrono::milliseconds within);
    void fail_protocol();
    bool has_connected() const;

    std::shared_ptr<const SocketWorld> world_;
    EngineLine& line_;
    wire::SocketDecoder decoder_;
    Sockets sockets_;
    std::size_t refusals_ = 0;
    std::size_t bytes_before_connect_ = 0;
    std::size_t packet_bytes_ = 0;  // of the packet that is being put together
    Timer connect_timer_;
    bool waits_for_connect_ = true;
};

}  // namespace codencollab::gateway
