#include "gateway/socket_io/socket_io_server.h"

#include "gateway/socket_io/engine.h"
#include "gateway/socket_io/socket_session.h"

#include <utility>

namespace codencollab::gateway {
namespace {

EngineOptions engine_options(const SocketIoOptions& options) {
    EngineOptions engine;
    engine.ping_interval = options.ping_interval;
    engine.ping_timeout = options.ping_timeout;
    engine.upgrade_timeout = options.upgrade_timeout;
    engine.payload_bytes_max = options.message_bytes_hard;
    engine.unconfirmed_sessions_per_address = options.unauthenticated_sessions_per_address;
    engine.outbox_bytes = options.outbox_bytes;
    engine.outbox_stall = options.outbox_stall;
    engine.slow_consumer_notice = Packet::event(
        "error-message",
        R"({"code":"slow_consumer","message":"Your connection is too slow for what happens here. )"
        R"(It is made anew and catches up."})");
    engine.is_origin_allowed = options.is_origin_allowed;
    return engine;
}

}  // namespace

SocketIoServer::SocketIoServer(
    net::LoopPool& loops,
    const Clock& clock,
    Random& random,
    SocketIoOptions options,
    SocketApp& app) {
    auto world = std::make_shared<const SocketWorld>(SocketWorld{std::move(options), random, app});
    EngineOptions of_engine = engine_options(world->options);
    engine_ = std::make_unique<EngineServer>(
        loops, clock, random, std::move(of_engine), [world](EngineLine& line) {
            return std::make_unique<SocketSession>(world, line);
        });
}

SocketIoServer::~SocketIoServer() = default;

void SocketIoServer::on_request(net::HttpRequest request, net::Respond respond) {
    engine_->on_request(std::move(request), std::move(respond));
}

void SocketIoServer::on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) {
    engine_->on_upgrade(std::move(request), std::move(upgrade));
}

std::size_t SocketIoServer::body_limit(const net::HttpRequest& head) const {
    return engine_->body_limit(head);
}

net::HttpResponse SocketIoServer::on_body_too_large(const net::HttpRequest& head) {
    return engine_->on_body_too_large(head);
}

std::size_t SocketIoServer::session_count() const {
    return engine_->session_count();
}

void SocketIoServer::drain(std::chrono::milliseconds duration) {
    engine_->drain(duration);
}

}  // namespace codencollab::gateway
