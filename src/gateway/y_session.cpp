#include "gateway/y_session.h"

#include "gateway/contract_codec.h"
#include "wire/web_socket_frame.h"
#include "wire/y_protocol.h"

#include <string>
#include <utility>

namespace codencollab::gateway {

namespace {

namespace close_code = wire::close_code;

/// An empty state vector in a step 1: asks for the whole document.
constexpr std::string_view nothing_known("\0", 1);

net::SharedBytes frame_of(const wire::YMessage& message) {
    std::string frame;
    wire::append_frame(frame, wire::Opcode::binary, wire::encode_y_message(message));
    return std::make_shared<const std::string>(std::move(frame));
}

/// How a client is told that it cannot enter.
std::uint16_t entry_close_code(ErrorCode code) {
    switch (code) {
        case ErrorCode::room_not_found:
            return y_close_code::no_room;
        case ErrorCode::room_full:
            return y_close_code::room_full;
        default:  // it may well come back: too many joins, a store that does not answer
            return close_code::try_again_later;
    }
}

}  // namespace

/// What a message is about: that decides what follows from a refusal.
enum class YSession::Topic { people, question, edit, answer };

YSession::Topic YSession::topic_of(std::string_view message) {
    using namespace std::string_view_literals;
    if (message.starts_with("\1"sv)) return Topic::people;
    if (message.starts_with("\0\1"sv)) return Topic::answer;
    if (message.starts_with("\0\2"sv)) return Topic::edit;
    return Topic::question;
}

YSession::YSession(YWorld& world, RoomId room, Client client, std::unique_ptr<YLine> line)
    : world_(world),
      room_(room),
      client_(std::move(client)),
      line_(std::move(line)),
      token_life_(world.clock) {}

YSession::~YSession() = default;

void YSession::start() {
    token_life_.watch(loop(), client_.caller.expires_at, [this] {
        on_token_end({ErrorCode::token_expired, "Your session has expired. Sign in again."});
    });
    heartbeat_ = loop().after(world_.ping_interval, [this] { ping(); });
    // The room may push to this outbox until the callback has run, so the callback keeps it alive.
    world_.homes.home_of(room_).rooms.enter(
        room_,
        room::Entry{client_.caller.user, client_.sid, room::ClientKind::y_websocket, *this},
        [self = shared_from_this()](Result<room::Entered> entered) {
            self->on_entered(std::move(entered));
        });
}

void YSession::on_entered(Result<room::Entered> entered) {
    if (!is_open_) return;  // it ended while the room was loading; the seat goes with `entered`
    if (!entered) return end(entry_close_code(entered.error().code), entered.error().message);
    seat_ = std::move(entered->seat);
    line_->start(
        {[this](net::MessageKind kind, std::string_view payload) {
             const auto self = shared_from_this();
             on_message(kind, payload);
         },
         [this](const net::WebSocketClosed&) {
             const auto self = shared_from_this();
             is_open_ = false;
             finish();
         }});
}

// What the client says.

void YSession::on_message(net::MessageKind kind, std::string_view payload) {
    if (!is_open_) return;
    if (kind != net::MessageKind::binary) {
        return end(close_code::unsupported_data, "only binary messages are taken here");
    }
    world_.messages.take(
        payload,
        seat_,
        user(),
        [weak = weak_from_this(), topic = topic_of(payload)](Result<> outcome) {
            if (outcome) return;
            if (const auto self = weak.lock()) self->on_refused(outcome.error(), topic);
        });
}

// What the room refuses, it tells the client itself.
void YSession::on_refused(const Error& error, Topic topic) {
    if (error.code == ErrorCode::bad_payload) world_.messages.note_malformed(error, user());
    if (!is_open_) return;
    switch (error.code) {
        case ErrorCode::bad_payload:
            return end(close_code::invalid_text, "malformed message");
        case ErrorCode::rate_limited:
            if (topic == Topic::question) end(close_code::try_again_later, error.message);
            return;
        case ErrorCode::too_large:
            // Such a client does not know that it may say more in a step 2: it is asked for one.
            if (topic == Topic::edit) line_->send(frame_of(wire::SyncStep1{nothing_known}));
            if (topic == Topic::answer)
                line_->send(frame_of(wire::PermissionDenied{error.message}));
            return;
        default:
            return;
    }
}

// Its token.

void YSession::recheck() {
    world_.identity.verify(client_.token, loop(), [weak = weak_from_this()](Result<Caller> caller) {
        const auto self = weak.lock();
        const bool is_refused = !caller && caller.error().code != ErrorCode::identity_unavailable;
        if (self && is_refused) self->on_token_end(caller.error());
    });
}

void YSession::on_token_end(const Error& why) {
    end(y_close_code::signed_out, why.message);
}

// Keep-alive: a ping each interval; a client that says nothing at all until its timeout has gone.

void YSession::ping() {
    pinged_at_ = world_.clock.steady_now();
    line_->ping();
    heartbeat_ = loop().after(world_.ping_timeout, [this] { look_after_ping(); });
}

void YSession::look_after_ping() {
    if (line_->heard_at() < pinged_at_) {
        return end(close_code::going_away, "ping timeout");
    }
    if (line_->stalled_for() >= world_.limits.outbox_stall) {
        return close(room::CloseReason::slow_consumer);
    }
    heartbeat_ = loop().after(world_.ping_interval - world_.ping_timeout, [this] { ping(); });
}

// Ways out.

room::Push YSession::push(room::SharedFrame frame) {
    if (!is_open_) return room::Push::queued;  // it leaves in this very turn
    const net::SharedBytes& bytes = static_cast<const YFrame&>(*frame).bytes();
    if (line_->queued_bytes() + bytes->size() > world_.limits.outbox_bytes ||
        line_->stalled_for() >= world_.limits.outbox_stall) {
        return room::Push::over_limit;
    }
    line_->send(bytes);
    return room::Push::queued;
}

void YSession::close(room::CloseReason reason) {
    switch (reason) {
        case room::CloseReason::removed:
            return end(y_close_code::removed, "removed from the room");
        case room::CloseReason::room_deleted:
            return end(y_close_code::no_room, "the room was deleted");
        case room::CloseReason::slow_consumer:
            if (is_open_) line_->drop_queued();
            return end(close_code::try_again_later, "slow consumer");
        case room::CloseReason::bad_update:
            return end(close_code::invalid_text, "malformed message");
    }
}

void YSession::end(std::uint16_t code, std::string_view reason) {
    if (!std::exchange(is_open_, false)) return;
    line_->close(code, reason);
    line_.reset();  // the goodbye goes out without it
    token_life_.cancel();
    heartbeat_.cancel();
    // In a turn of its own: the room may stand in a call to this.
    loop().post([self = shared_from_this()] { self->finish(); });
}

void YSession::finish() {
    if (std::exchange(is_finished_, true)) return;
    token_life_.cancel();
    heartbeat_.cancel();
    seat_.leave();
    world_.sessions.remove(world_.homes.index_of(room_), shared_from_this());
}

}  // namespace codencollab::gateway
