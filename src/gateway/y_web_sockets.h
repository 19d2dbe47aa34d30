#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "base/loop.h"
#include "base/random.h"
#include "gateway/cors.h"
#include "gateway/identity.h"
#include "gateway/room_homes.h"
#include "gateway/y_messages.h"
#include "gateway/y_session.h"
#include "gateway/y_sessions.h"
#include "net/http.h"
#include "net/web_socket.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace codencollab::gateway {

struct YOptions {
    std::chrono::milliseconds ping_interval{25'000};  // longer than the timeout
    std::chrono::milliseconds ping_timeout{20'000};
};

/// `GET /yjs/{room_id}` for clients of y-websocket: who may enter becomes a session on the loop of
/// the room; everybody else is refused over HTTP, before the upgrade.
///
/// Ownership: everything handed in outlives it. Destroy it once the loops have been stopped.
/// Threads:   any loop of the pool.
class YWebSockets {
  public:
    YWebSockets(
        const RoomHomes& homes,
        Identity& identity,
        const Cors& cors,
        const Clock& clock,
        Random& random,
        const Limits& limits,
        YMessages& messages,
        YOptions options = {});
    ~YWebSockets();
    YWebSockets(const YWebSockets&) = delete;
    YWebSockets& operator=(const YWebSockets&) = delete;

    static bool is_path(std::string_view path);
    void on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade);

    /// As RoomSockets::recheck.
    void recheck(const UserId& user);

    std::size_t session_count() const { return sessions_.count(); }
    /// As SocketIoServer::drain.
    void drain(std::chrono::milliseconds duration);

  private:
    struct Knock;   // a client before its upgrade
    struct Slices;  // the sessions of a loop that are still to be closed

    void knock_at_room(std::unique_ptr<Knock> knock);
    void let_in(Knock& knock);
    void begin(const RoomId& room, YSession::Client client, net::WebSocket socket);
    void close_slice(std::size_t loop);

    const Cors& cors_;
    Random& random_;
    YSessions sessions_;
    YWorld world_;
    std::vector<std::unique_ptr<Slices>> slices_;  // each on its loop
    std::atomic<bool> is_draining_ = false;        // relaxed: no other memory follows from it
};

}  // namespace codencollab::gateway
