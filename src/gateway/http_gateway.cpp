#include "gateway/http_gateway.h"

#include "gateway/answers.h"
#include "gateway/bearer.h"
#include "gateway/route.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace codencollab::gateway {

namespace {

bool is_socket_path(std::string_view path) {
    return path == "/socket.io" || path.starts_with("/socket.io/");
}

/// What may end sessions of the user who asks: their sockets are looked at afterwards.
bool may_end_sessions(const net::HttpRequest& request) {
    return (request.method == "POST" && request.path == "/auth/v1/logout") ||
           (request.method == "PUT" && request.path == "/auth/v1/user");
}

net::HttpResponse no_such_route() {
    return error_answer({ErrorCode::not_found, "There is no such route."});
}

net::HttpResponse method_not_allowed(Route route) {
    const std::string allowed(allowed_methods(route));
    auto answer =
        error_answer({ErrorCode::method_not_allowed, "This route takes " + allowed + "."});
    answer.headers.set("Allow", allowed);
    return answer;
}

}  // namespace

std::size_t HttpGateway::body_limit(const net::HttpRequest& head) const {
    if (is_socket_path(head.path)) return parts_.socket_io.body_limit(head);
    const auto match = match_route(head.path);
    const bool takes_input =
        match && (match->route == Route::run || match->route == Route::run_input);
    return parts_.limits.rest_body_bytes + (takes_input ? parts_.limits.run_stdin_bytes : 0);
}

net::HttpResponse HttpGateway::on_body_too_large(const net::HttpRequest& head) {
    // The session that sent it ends with it.
    if (is_socket_path(head.path)) return parts_.socket_io.on_body_too_large(head);
    return HttpHandler::on_body_too_large(head);
}

void HttpGateway::on_request(net::HttpRequest request, net::Respond respond) {
    if (Cors::is_preflight(request)) return respond(parts_.cors.preflight(request));
    respond = with_common_headers(request, std::move(respond));
    route(std::move(request), std::move(respond));
}

void HttpGateway::on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) {
    if (is_socket_path(request.path)) {
        return parts_.socket_io.on_upgrade(std::move(request), std::move(upgrade));
    }
    if (YWebSockets::is_path(request.path)) {
        return parts_.y_web_sockets.on_upgrade(std::move(request), std::move(upgrade));
    }
    upgrade.refuse(no_such_route());
}

net::Respond HttpGateway::with_common_headers(
    const net::HttpRequest& request, net::Respond respond) const {
    return [headers = parts_.cors.headers_for(request),
            respond = std::move(respond)](net::HttpResponse response) mutable {
        for (auto& [name, value] : headers)
            response.headers.add(name, std::move(value));
        response.headers.set("X-Content-Type-Options", "nosniff");
        response.headers.set("Referrer-Policy", "no-referrer");
        respond(std::move(response));
    };
}

void HttpGateway::route(net::HttpRequest request, net::Respond respond) {
    if (is_socket_path(request.path)) {
        return parts_.socket_io.on_request(std::move(request), std::move(respond));
    }
    if (parts_.auth && AuthRoutes::is_auth_path(request.path)) {
        return on_auth(std::move(request), std::move(respond));
    }
    if (YWebSockets::is_path(request.path)) {
        return respond(error_answer(
            {ErrorCode::bad_request, "Here is a WebSocket for y-websocket, and no page."}));
    }
    const auto match = match_route(request.path);
    if (!match) {
        const bool is_route_of_nobody = is_api_path(request.path);
        return respond(is_route_of_nobody ? no_such_route() : parts_.site.answer(request));
    }
    const Route route = match->route;
    if (!allows(route, request.method)) return respond(method_not_allowed(route));
    switch (route) {
        case Route::health:
        case Route::ready:
        case Route::config:
        case Route::runtimes:
            return respond(parts_.service.handle(route, request));
        default:
            return parts_.rooms.handle(route, std::move(request), std::move(respond));
    }
}

void HttpGateway::on_auth(net::HttpRequest request, net::Respond respond) {
    auto token = may_end_sessions(request) ? bearer_token(request) : Result<std::string>("");
    if (!token || token->empty())
        return parts_.auth->handle(std::move(request), std::move(respond));

    // Asked before the sign-out: afterwards nobody can say whose token it was.
    Loop& loop = *request.loop;
    parts_.identity.verify(
        std::move(*token),
        loop,
        [this, request = std::move(request), respond = std::move(respond)](
            Result<Caller> caller) mutable {
            if (!caller) return parts_.auth->handle(std::move(request), std::move(respond));
            parts_.auth->handle(
                std::move(request),
                [this, user = caller->user.id, respond = std::move(respond)](
                    net::HttpResponse response) mutable {
                    const bool is_done = response.status < 400;
                    respond(std::move(response));
                    if (!is_done) return;
                    parts_.sockets.recheck(user);
                    parts_.y_web_sockets.recheck(user);
                });
        });
}

}  // namespace codencollab::gateway
