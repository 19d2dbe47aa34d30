#pragma once

#include "base/clock.h"
#include "base/limits.h"
#include "gateway/event_rates.h"
#include "gateway/identity.h"
#include "gateway/room_homes.h"
#include "gateway/room_session.h"
#include "gateway/socket_io/socket.h"
#include "gateway/y_messages.h"

#include <string>
#include <unordered_set>
#include <vector>

namespace codencollab::gateway {

/// The product's side of Socket.IO: lets in who has a good token and gives each client a
/// RoomSession.
///
/// Ownership: everything handed in outlives it. It outlives the SocketIoServer and its loops'
/// turns. Threads:   as SocketApp says.
class RoomSockets final : public SocketApp {
  public:
    RoomSockets(
        const RoomHomes& homes,
        Identity& identity,
        const Clock& clock,
        const Limits& limits,
        EventRates& rates,
        YMessages& y_messages);

    void on_connect(Socket& socket, boost::json::value auth, Callback<> done) override;
    void on_event(Socket& socket, SocketEvent event) override;
    void on_disconnect(Socket& socket, DisconnectReason reason) override;

    /// Checks the tokens of this user's sockets again and ends those that are no good any more:
    /// somebody has signed out. Threads: any.
    void recheck(const UserId& user);

  private:
    std::vector<std::unordered_set<RoomSession*>> on_loop_;
    SessionWorld world_;
};

}  // namespace codencollab::gateway
