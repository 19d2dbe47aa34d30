#include "net/web_socket.h"

#include "net/web_socket_core.h"
#include "net/web_socket_upgrade.h"
#include "wire/web_socket_frame.h"

#include <utility>

namespace codencollab::net {

WebSocket::WebSocket() = default;
WebSocket::WebSocket(std::shared_ptr<Core> core) : core_(std::move(core)) {}
WebSocket::WebSocket(WebSocket&& other) noexcept = default;

WebSocket& WebSocket::operator=(WebSocket&& other) noexcept {
    if (this != &other && core_) core_->abandon();
    core_ = std::move(other.core_);
    return *this;
}

WebSocket::~WebSocket() {
    if (core_) core_->abandon();
}

void WebSocket::start(WebSocketHandler handler) {
    core_->start(std::move(handler));
}

void WebSocket::send_frames(SharedBytes frames) {
    core_->send_frames(std::move(frames));
}

void WebSocket::send(MessageKind kind, std::string_view payload) {
    std::string frame;
    frame.reserve(payload.size() + 10);
    wire::append_frame(
        frame, kind == MessageKind::text ? wire::Opcode::text : wire::Opcode::binary, payload);
    core_->send_frames(std::make_shared<const std::string>(std::move(frame)));
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
    core_->close(code, reason);
}
void WebSocket::drop_queued() {
    core_->drop_queued();
}
std::size_t WebSocket::queued_bytes() const {
    return core_->queued_bytes();
}
std::chrono::milliseconds WebSocket::stalled_for() const {
    return core_->stalled_for();
}
std::chrono::steady_clock::time_point WebSocket::heard_at() const {
    return core_->heard_at();
}
void WebSocket::ping() {
    static const auto frame = [] {
        std::string bytes;
        wire::append_frame(bytes, wire::Opcode::ping, {});
        return std::make_shared<const std::string>(std::move(bytes));
    }();
    core_->send_frames(frame);
}
void WebSocket::set_message_bytes_max(std::size_t bytes) {
    core_->set_message_bytes_max(bytes);
}
const std::string& WebSocket::remote_address() const {
    return core_->remote_address();
}
Loop& WebSocket::loop() const {
    return core_->loop();
}
void WebSocket::move_to(Loop& to, Task then) {
    core_->move_to(to, std::move(then));
}

WebSocketUpgrade::WebSocketUpgrade(std::unique_ptr<Waiting> waiting)
    : waiting_(std::move(waiting)) {}
WebSocketUpgrade::WebSocketUpgrade(WebSocketUpgrade&&) noexcept = default;
WebSocketUpgrade& WebSocketUpgrade::operator=(WebSocketUpgrade&&) noexcept = default;
WebSocketUpgrade::~WebSocketUpgrade() = default;

WebSocket WebSocketUpgrade::accept(WebSocketOptions options) {
    return std::exchange(waiting_, nullptr)->accept(options);
}

void WebSocketUpgrade::refuse(HttpResponse response) {
    std::exchange(waiting_, nullptr)->refuse(std::move(response));
}

}  // namespace codencollab::net
