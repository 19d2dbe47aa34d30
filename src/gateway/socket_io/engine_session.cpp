#include "gateway/socket_io/engine_session.h"

#include "gateway/socket_io/engine_core.h"
#include "gateway/socket_io/engine_http.h"
#include "wire/web_socket_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace codencollab::gateway {
namespace {

using wire::EngineType;
namespace close_code = wire::close_code;

// python3-socketio of Debian aborts on a payload of more.
constexpr std::size_t packets_a_poll = 16;
constexpr std::size_t packets_a_post = 128;
// How long a polling session that was closed waits for the poll that brings the news.
constexpr std::chrono::milliseconds last_poll_timeout{5'000};

std::chrono::milliseconds until(SteadyTime time, SteadyTime now) {
    return std::max(
        std::chrono::ceil<std::chrono::milliseconds>(time - now), std::chrono::milliseconds(0));
}

}  // namespace

EngineSession::EngineSession(
    std::shared_ptr<EngineServer::Core> core,
    std::string sid,
    std::string remote_address,
    Loop& loop)
    : core_(std::move(core)),
      sid_(std::move(sid)),
      remote_address_(std::move(remote_address)),
      loop_(&loop),
      link_(std::make_shared<Link>(Link{this})) {}

EngineSession::~EngineSession() = default;

Task EngineSession::linked(void (EngineSession::*act)()) {
    return [link = link_, act] {
        if (link->session == nullptr) return;
        const auto self = link->session->shared_from_this();
        (self.get()->*act)();
    };
}

std::string EngineSession::handshake_text(bool may_upgrade) const {
    const EngineOptions& options = core_->options;
    return fmt::format(
        R"(0{{"sid":"{}","upgrades":[{}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}})",
        sid_,
        may_upgrade ? R"("websocket")" : "",
        options.ping_interval.count(),
        options.ping_timeout.count(),
        options.payload_bytes_max);
}

std::string EngineSession::open_polling(std::unique_ptr<EngineUser> user) {
    user_ = std::move(user);
    restart_heartbeat();
    return handshake_text(true);
}

void EngineSession::open_web_socket(std::unique_ptr<EngineUser> user, net::WebSocket socket) {
    user_ = std::move(user);
    socket_ = std::move(socket);
    socket_.send(net::MessageKind::text, handshake_text(false));
    start_socket(Role::active);
    restart_heartbeat();
}

void EngineSession::confirm() {
    if (std::exchange(is_confirmed_, true)) return;
    core_->directory.confirm(sid_);
    core_->directory.forget_stranger(remote_address_);
    if (socket_) socket_.set_message_bytes_max(message_bytes_max());
}

std::size_t EngineSession::message_bytes_max() const {
    return is_confirmed_ ? core_->options.payload_bytes_max : core_->options.unconfirmed_bytes_max;
}

// Input.

void EngineSession::poll(PollToken token, net::Respond respond) {
    if (end_if_overdue() || state_ == State::ended) {
        respond(engine_error(EngineError::unknown_sid));
        return;
    }
    if (role_ == Role::active) {
        respond(engine_error(EngineError::bad_request));
        return;
    }
    if (poll_) {  // two at once: both go, and the session with them
        respond(engine_error(EngineError::bad_request));
        end(EngineEnd::protocol_error, "1");
        return;
    }
    poll_ = std::move(respond);
    poll_token_ = std::move(token);
    flush_poll();
}

void EngineSession::abandon_poll(const PollToken& token) {
    // Its answer may be lost already, so it is not kept for another poll.
    if (poll_ && poll_token_ == token) end(EngineEnd::client_left, "6");
}

void EngineSession::post(std::string_view body, net::Respond respond) {
    if (end_if_overdue() || state_ != State::open) {
        respond(engine_error(EngineError::unknown_sid));
        return;
    }
    auto packets = role_ == Role::active ? std::nullopt : wire::parse_payload(body, packets_a_post);
    if (!packets) {
        respond(engine_error(EngineError::bad_request));
        if (role_ != Role::active) end(EngineEnd::protocol_error, "1");
        return;
    }
    for (wire::EnginePacket& packet : *packets) {
        receive(packet.type, packet.data, std::move(packet.binary));
    }
    net::HttpResponse response;
    response.headers.add("Content-Type", "text/html");
    response.body = "ok";
    respond(std::move(response));
}

void EngineSession::start_socket(Role role) {
    role_ = role;
    socket_.set_message_bytes_max(message_bytes_max());
    socket_.start(net::WebSocketHandler{
        [this](net::MessageKind kind, std::string_view payload) {
            const auto self = shared_from_this();
            on_socket_message(kind, payload);
        },
        [this](const net::WebSocketClosed& closed) {
            const auto self = shared_from_this();
            on_socket_closed(closed);
        }});
}

void EngineSession::on_socket_message(net::MessageKind kind, std::string_view payload) {
    if (role_ == Role::probe) {
        if (kind == net::MessageKind::text) {
            on_probe_text(payload);
        } else {
            drop_probe();
        }
        return;
    }
    if (kind == net::MessageKind::binary) {
        receive(EngineType::message, {}, std::string(payload));
        return;
    }
    const auto packet = wire::parse_engine_packet(payload);
    if (packet) {
        receive(packet->type, packet->data, std::nullopt);
    } else {
        end(EngineEnd::protocol_error, "1");
    }
}

void EngineSession::on_socket_closed(const net::WebSocketClosed& closed) {
    if (role_ == Role::probe) {
        drop_probe();
        return;
    }
    end(closed.by_peer ? EngineEnd::client_left : EngineEnd::protocol_error, "1");
}

void EngineSession::take_probe(net::WebSocket probe) {
    if (state_ != State::open || role_ != Role::none) {  // the session goes on as it is
        probe.close(close_code::policy, "not needed");
        return;
    }
    socket_ = std::move(probe);
    start_socket(Role::probe);
    upgrade_deadline_ = core_->clock.steady_now() + core_->options.upgrade_timeout;
    upgrade_timer_ =
        loop_->after(core_->options.upgrade_timeout, linked(&EngineSession::drop_probe));
}

void EngineSession::on_probe_text(std::string_view text) {
    if (text == "2probe" && !upgrading_) {
        socket_.send(net::MessageKind::text, "3probe");
        upgrading_ = true;
        flush_poll();
    } else if (text == "5" && upgrading_) {
        commit_upgrade();
    } else {
        drop_probe();
    }
}

void EngineSession::commit_upgrade() {
    upgrade_timer_.cancel();
    upgrading_ = false;
    role_ = Role::active;
    answer_poll("6");
    for (const Queued& queued : std::exchange(queue_, {})) {
        if (queued.next_part == 0) {
            socket_.send_frames(net::SharedBytes(queued.packet, &queued.packet->frames()));
            continue;
        }
        // Its header went out on a poll; what is left are attachments.
        for (std::size_t i = queued.next_part; i < queued.packet->part_count(); ++i) {
            socket_.send(net::MessageKind::binary, queued.packet->part_bytes(i));
        }
    }
    queue_bytes_ = 0;
    restart_heartbeat();
}

void EngineSession::drop_probe() {
    if (role_ != Role::probe) return;
    role_ = Role::none;
    upgrading_ = false;
    upgrade_timer_.cancel();
    socket_.close(close_code::policy, "no upgrade");
    socket_ = {};
}

void EngineSession::receive(
    EngineType type, std::string_view data, std::optional<std::string> binary) {
    if (state_ != State::open) return;
    if (move_) {
        const bool is_binary = binary.has_value();
        inbox_.push_back({type, is_binary ? std::move(*binary) : std::string(data), is_binary});
        return;
    }
    handle(type, data, std::move(binary));
}

void EngineSession::handle(
    EngineType type, std::string_view data, std::optional<std::string> binary) {
    switch (type) {
        case EngineType::message:
            note_life();
            if (binary) {
                user_->on_binary(std::move(*binary));
            } else {
                user_->on_text(data);
            }
            return;
        case EngineType::pong:
            if (waits_for_pong_) restart_heartbeat();
            return;
        case EngineType::close:
            end(EngineEnd::client_left, "6");
            return;
        case EngineType::ping:
            end(EngineEnd::protocol_error, "1");
            return;  // of revision 3
        case EngineType::open:
        case EngineType::upgrade:
        case EngineType::noop:
            note_life();
            return;
    }
}

// Output.

void EngineSession::send(SharedPacket packet) {
    if (state_ != State::open) return;
    if (queued_bytes() + packet->size_bytes() > core_->options.outbox_bytes || is_slow()) {
        end_slow();
        return;
    }
    if (role_ == Role::active) {
        const std::string* frames = &packet->frames();
        socket_.send_frames(net::SharedBytes(std::move(packet), frames));
        return;
    }
    queue_bytes_ += packet->size_bytes();
    queue_.push_back({std::move(packet)});
    if (poll_ && !std::exchange(flush_posted_, true)) {
        loop_->post(linked(&EngineSession::flush_poll));
    }
}

std::size_t EngineSession::queued_bytes() const {
    return queue_bytes_ + (role_ == Role::active ? socket_.queued_bytes() : 0);
}

bool EngineSession::is_slow() const {
    return role_ == Role::active && socket_.stalled_for() >= core_->options.outbox_stall;
}

void EngineSession::end_slow() {
    // What waits would not reach the client in time, and it resynchronises anyway.
    if (role_ == Role::active) {
        socket_.drop_queued();
        if (const SharedPacket& notice = core_->options.slow_consumer_notice) {
            socket_.send_frames(net::SharedBytes(notice, &notice->frames()));
        }
    } else {
        queue_.clear();
        queue_bytes_ = 0;
        if (const SharedPacket& notice = core_->options.slow_consumer_notice) {
            queue_.push_back({notice});
        }
    }
    close(EngineEnd::slow_consumer, close_code::try_again_later, "slow consumer");
}

void EngineSession::flush_poll() {
    flush_posted_ = false;
    if (!poll_) return;
    if (!queue_.empty()) {
        answer_poll(take_payload());
    } else if (upgrading_) {
        answer_poll("6");
    }
    if (state_ == State::closing && queue_.empty()) {
        state_ = State::ended;
        release_transports();
        leave_directory();
        retire();
    }
}

std::string EngineSession::take_payload() {
    std::string payload;
    for (std::size_t count = 0; count < packets_a_poll && !queue_.empty(); ++count) {
        Queued& front = queue_.front();
        const std::string_view part = front.packet->polling_part(front.next_part);
        if (count > 0) {
            if (payload.size() + 1 + part.size() > core_->options.payload_bytes_max) break;
            payload += wire::payload_separator;
        }
        payload += part;
        if (++front.next_part == front.packet->part_count()) {
            queue_bytes_ -= std::min(queue_bytes_, front.packet->size_bytes());
            queue_.pop_front();
        }
    }
    return payload;
}

void EngineSession::answer_poll(std::string body) {
    if (!poll_) return;
    net::HttpResponse response;
    response.headers.add("Content-Type", "text/plain; charset=UTF-8");
    response.headers.add("Cache-Control", "no-store");
    response.body = std::move(body);
    poll_token_.reset();
    std::exchange(poll_, nullptr)(std::move(response));
}

// Heartbeat.

void EngineSession::restart_heartbeat() {
    next_ping_at_ = core_->clock.steady_now() + core_->options.ping_interval;
    waits_for_pong_ = false;
    is_extended_ = false;
    arm_heartbeat();
}

void EngineSession::arm_heartbeat() {
    const SteadyTime next = waits_for_pong_ ? pong_deadline_ : next_ping_at_;
    heartbeat_timer_ =
        loop_->after(until(next, core_->clock.steady_now()), linked(&EngineSession::on_heartbeat));
}

void EngineSession::on_heartbeat() {
    if (state_ != State::open || end_if_overdue()) return;
    if (is_slow()) {
        end_slow();
        return;
    }
    if (!waits_for_pong_ && core_->clock.steady_now() >= next_ping_at_) {
        waits_for_pong_ = true;
        pong_deadline_ = next_ping_at_ + core_->options.ping_timeout;
        send(core_->ping);
    }
    if (state_ == State::open) arm_heartbeat();
}

// Any packet says that the client lives, but only once: a client has to answer pings.
void EngineSession::note_life() {
    if (!waits_for_pong_ || std::exchange(is_extended_, true)) return;
    pong_deadline_ = core_->clock.steady_now() + core_->options.ping_timeout;
}

SteadyTime EngineSession::heartbeat_deadline() const {
    return waits_for_pong_ ? pong_deadline_ : next_ping_at_ + core_->options.ping_timeout;
}

// A request may come before the timer that would have ended the session.
bool EngineSession::end_if_overdue() {
    if (state_ != State::open || core_->clock.steady_now() < heartbeat_deadline()) return false;
    end(EngineEnd::ping_timeout, "1");
    return true;
}

// Ends and moves.

void EngineSession::end(EngineEnd end, std::string_view last_poll) {
    if (state_ != State::open) return;
    const auto self = shared_from_this();  // the directory may hold the only other reference
    state_ = State::ended;
    end_ = end;
    answer_poll(std::string(last_poll));
    if (socket_ && end != EngineEnd::client_left) {
        socket_.close(
            end == EngineEnd::protocol_error ? close_code::protocol_error : close_code::going_away,
            end == EngineEnd::protocol_error ? "protocol error" : "ping timeout");
    }
    release_transports();
    leave_directory();
    tell_closed();
}

void EngineSession::close(EngineEnd end, std::uint16_t code, std::string_view reason) {
    if (state_ != State::open) return;
    const auto self = shared_from_this();  // the directory may hold the only other reference
    end_ = end;
    if (role_ == Role::active) {
        state_ = State::ended;
        socket_.close(code, reason);
        release_transports();
        leave_directory();
    } else {
        state_ = State::closing;
        drop_probe();
        heartbeat_timer_.cancel();
        queue_.push_back({core_->close});
        closing_timer_ = loop_->after(last_poll_timeout, linked(&EngineSession::drop));
        flush_poll();
    }
    // Holds the session, which nothing else may own any more, until its user knows.
    loop_->post([self, link = link_] {
        if (link->session != nullptr) self->tell_closed();
    });
}

void EngineSession::leave_directory() {
    if (!std::exchange(is_listed_, false)) return;
    if (!is_confirmed_) core_->directory.forget_stranger(remote_address_);
    core_->directory.remove(sid_);
}

void EngineSession::tell_closed() {
    if (move_ || !user_) return;  // on its way: told where it arrives
    user_->on_closed(end_);
    user_.reset();
    retire();
}

// Cuts off the tasks that are left, once there is nothing more to do.
void EngineSession::retire() {
    if (state_ == State::ended && !user_) link_->session = nullptr;
}

void EngineSession::release_transports() {
    socket_ = {};
    role_ = Role::none;
    upgrading_ = false;
    poll_ = nullptr;
    queue_.clear();
    queue_bytes_ = 0;
    heartbeat_timer_.cancel();
    upgrade_timer_.cancel();
    closing_timer_.cancel();
}

void EngineSession::drop() {
    const auto self = shared_from_this();
    state_ = State::ended;
    if (core_->is_stopped()) {
        move_.reset();
        inbox_.clear();
        user_.reset();
    }
    release_transports();
    leave_directory();
    retire();
}

void EngineSession::move_to(Loop& to, Task then) {
    if (move_ || state_ != State::open) return;
    move_ = Move{&to, std::move(then)};
    // In a turn of its own: what called this still stands on the session.
    loop_->post([self = shared_from_this(), link = link_] {
        if (link->session != nullptr) self->leave();
    });
}

void EngineSession::leave() {
    const auto self = shared_from_this();
    Loop& to = *move_->to;
    if (user_) user_->on_leaving();
    link_->session = nullptr;
    link_.reset();
    heartbeat_timer_.cancel();
    upgrade_timer_.cancel();
    closing_timer_.cancel();
    flush_posted_ = false;
    in_transit_ = true;
    loop_ = &to;
    if (socket_) {
        socket_.move_to(to, [self] { self->arrive(); });
    } else {
        to.post([self] { self->arrive(); });
    }
    // After the post, so that whoever finds the new loop comes after the session. From here on it
    // belongs to the other thread.
    self->core_->directory.move(self->sid_, to);
}

void EngineSession::arrive() {
    const auto self = shared_from_this();
    in_transit_ = false;
    link_ = std::make_shared<Link>(Link{this});
    if (core_->is_stopped()) {
        drop();
        return;
    }
    Move move = *std::exchange(move_, std::nullopt);
    if (user_) user_->on_arrived();
    if (state_ != State::open) {
        if (state_ == State::closing) {
            closing_timer_ = loop_->after(last_poll_timeout, linked(&EngineSession::drop));
        }
        tell_closed();
        return;
    }
    arm_heartbeat();
    if (role_ == Role::probe) {
        upgrade_timer_ = loop_->after(
            until(upgrade_deadline_, core_->clock.steady_now()),
            linked(&EngineSession::drop_probe));
    }
    if (poll_ && !queue_.empty()) flush_poll();
    move.then();
    while (!inbox_.empty() && !move_ && state_ == State::open) {
        Received received = std::move(inbox_.front());
        inbox_.pop_front();
        std::optional<std::string> binary;
        if (received.is_binary) binary = std::move(received.data);
        handle(received.type, received.data, std::move(binary));
    }
    if (core_->is_draining())
        close(EngineEnd::server, close_code::service_restart, "service restart");
}

}  // namespace codencollab::gateway
