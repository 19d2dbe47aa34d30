#pragma once

#include "gateway/y_session.h"
#include "net/web_socket.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab {

/// The client's end of a FakeYLine; stays when the session lets go of its line.
struct YClient {
    net::WebSocketHandler handler;   // once the session reads
    std::vector<std::string> heard;  // messages of y-protocols, without their WebSocket frames
    std::size_t pings = 0;
    std::size_t queued_bytes = 0;
    std::chrono::milliseconds stalled_for{0};
    SteadyTime heard_at{};
    int close_code = 0;
    std::string close_reason;

    bool is_read() const { return handler.message != nullptr; }
    void send(std::string_view message) { handler.message(net::MessageKind::binary, message); }
    /// The connection goes without a word.
    void vanish() {
        // As the WebSocket does: its handler may go while it is called.
        auto closed = std::move(handler.closed);
        closed(net::WebSocketClosed{});
    }
};

/// A WebSocket that is nothing but a record of what was sent.
class FakeYLine final : public gateway::YLine {
  public:
    explicit FakeYLine(std::shared_ptr<YClient> client) : client_(std::move(client)) {}

    void start(net::WebSocketHandler handler) override { client_->handler = std::move(handler); }
    void send(net::SharedBytes frames) override {
        if (client_->close_code == 0) client_->heard.push_back(payload_of(*frames));
    }
    void ping() override { ++client_->pings; }
    void close(std::uint16_t code, std::string_view reason) override {
        client_->close_code = code;
        client_->close_reason = reason;
    }
    void drop_queued() override { client_->heard.clear(); }
    std::size_t queued_bytes() const override { return client_->queued_bytes; }
    std::chrono::milliseconds stalled_for() const override { return client_->stalled_for; }
    SteadyTime heard_at() const override { return client_->heard_at; }

  private:
    /// What a server's frame carries (RFC 6455, 5.2).
    static std::string payload_of(std::string_view frame) {
        const auto length = static_cast<unsigned char>(frame[1]);
        const std::size_t header_bytes = length < 126 ? 2 : length == 126 ? 4 : 10;
        return std::string(frame.substr(header_bytes));
    }

    std::shared_ptr<YClient> client_;
};

}  // namespace codencollab
