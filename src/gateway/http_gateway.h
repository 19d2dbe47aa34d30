#pragma once

#include "base/limits.h"
#include "gateway/auth_routes.h"
#include "gateway/cors.h"
#include "gateway/identity.h"
#include "gateway/room_routes.h"
#include "gateway/room_sockets.h"
#include "gateway/service_routes.h"
#include "gateway/socket_io/socket_io_server.h"
#include "gateway/static_site.h"
#include "gateway/y_web_sockets.h"
#include "net/http.h"
#include "net/web_socket.h"

namespace codencollab::gateway {

/// Everything that arrives over HTTP, brought to who answers it; the headers that every answer has.
///
/// Ownership: the parts outlive it. Threads: as HttpHandler says.
class HttpGateway final : public net::HttpHandler {
  public:
    struct Parts {
        const Limits& limits;
        const Cors& cors;
        Identity& identity;
        ServiceRoutes& service;
        RoomRoutes& rooms;
        RoomSockets& sockets;
        SocketIoServer& socket_io;
        YWebSockets& y_web_sockets;
        StaticSite& site;
        AuthRoutes* auth;  // null where identity is not embedded
    };

    explicit HttpGateway(Parts parts) : parts_(std::move(parts)) {}

    std::size_t body_limit(const net::HttpRequest& head) const override;
    net::HttpResponse on_body_too_large(const net::HttpRequest& head) override;
    void on_request(net::HttpRequest request, net::Respond respond) override;
    void on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) override;

  private:
    net::Respond with_common_headers(const net::HttpRequest& request, net::Respond respond) const;
    void route(net::HttpRequest request, net::Respond respond);
    void on_auth(net::HttpRequest request, net::Respond respond);

    Parts parts_;
};

}  // namespace codencollab::gateway
