#pragma once

#include "gateway/socket_io/engine.h"
#include "gateway/socket_io/engine_directory.h"
#include "gateway/socket_io/engine_session.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codencollab::gateway {

/// What all sessions of an EngineServer share. Threads: any; the parts say more.
class EngineServer::Core : public std::enable_shared_from_this<EngineServer::Core> {
  public:
    Core(
        net::LoopPool& loops,
        const Clock& clock,
        Random& random,
        EngineOptions options,
        EngineUserFactory make_user);

    /// On its loop: the session of that sid; null, right here, when there is none.
    using WithSession = std::move_only_function<void(EngineSession*)>;
    void with_session(std::string sid, WithSession act);

    /// A new session on the loop that runs this; null when this address has too many strangers.
    std::shared_ptr<EngineSession> open_session(Loop& loop, const std::string& remote_address);

    void open_polling(const net::HttpRequest& request, net::Respond answer);
    void open_web_socket(const net::HttpRequest& request, net::WebSocketUpgrade upgrade);
    void poll(const net::HttpRequest& request, std::string sid, net::Respond answer);
    void offer_probe(const std::string& sid, std::unique_ptr<net::WebSocket> probe);

    /// Begins to drain; on every loop its sessions are closed in slices.
    void drain(std::chrono::milliseconds duration);
    /// Drops every session; nothing of options or user is called from then on.
    void stop();

    bool is_draining() const { return is_draining_; }
    bool is_stopped() const { return is_stopped_; }

    const EngineOptions options;
    const Clock& clock;
    EngineDirectory directory;
    const SharedPacket ping = std::make_shared<const Packet>("2");
    const SharedPacket close = std::make_shared<const Packet>("1");

  private:
    // The sessions of one loop that are still to be closed. On that loop.
    struct Drain {
        std::vector<std::string> sids;
        std::size_t slice_size = 1;
        std::chrono::milliseconds pause{0};
        Timer timer;
    };
    void drain_slice(std::size_t i);

    net::LoopPool& loops_;
    Random& random_;
    EngineUserFactory make_user_;
    std::vector<Drain> drains_;  // one for each loop
    // Only ever set; what follows from them does not depend on any other memory.
    std::atomic<bool> is_draining_ = false;
    std::atomic<bool> is_stopped_ = false;
};

}  // namespace codencollab::gateway
