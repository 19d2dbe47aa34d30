#include "gateway/room_session.h"

#include "base/utf.h"
#include "gateway/answers.h"
#include "gateway/event_json.h"
#include "gateway/json_writer.h"
#include "room/rights.h"
#include "wire/web_socket_frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace codencollab::gateway {

namespace {

/// Events that wait while a join is under way; a client that sends more has stopped listening.
constexpr std::size_t waiting_events_max = 1'000;

const boost::json::value no_payload;

/// The bytes that the first argument of an event stands for; null when it is something else.
const std::string* bytes_in(const SocketEvent& event) {
    const auto* first = event.arguments.empty() ? nullptr : event.arguments.front().if_object();
    const auto* mark = first ? first->if_contains("_placeholder") : nullptr;
    if (!mark || !mark->is_bool() || !mark->get_bool()) return nullptr;
    const auto* number = first->if_contains("num");
    if (!number || !number->is_int64()) return nullptr;
    const auto at = static_cast<std::size_t>(number->get_int64());
    return at < event.attachments.size() ? &event.attachments[at] : nullptr;
}

}  // namespace

RoomSession::RoomSession(SessionWorld& world, Socket& socket, std::string token, Caller caller)
    : world_(world),
      socket_(&socket),
      token_(std::move(token)),
      caller_(std::move(caller)),
      token_life_(world.clock) {}

RoomSession::~RoomSession() {
    stay_->end();
}

void RoomSession::start() {
    arrive();
}

void RoomSession::arrive() {
    world_.on_loop[world_.homes.index_of(socket_->loop())].insert(this);
    watch_token();
    stay_->begin(*this);
}

void RoomSession::depart() {
    world_.on_loop[world_.homes.index_of(socket_->loop())].erase(this);
    token_life_.cancel();
}

void RoomSession::end() {
    if (!socket_) return;
    depart();
    stay_->end();
    seat_.leave();
    waiting_.clear();
    waiting_bytes_ = 0;
    socket_ = nullptr;
}

void RoomSession::on_event(SocketEvent event) {
    if (!is_busy_) return handle(std::move(event));
    const bool is_too_much = waiting_bytes_ + event.size_bytes > world_.limits.message_bytes_hard;
    if (waiting_.size() >= waiting_events_max || (is_too_much && !waiting_.empty())) {
        return refuse(
            {ErrorCode::rate_limited, "Too many events before the room was entered.", 1},
            event.ack);
    }
    waiting_bytes_ += event.size_bytes;
    waiting_.push_back(std::move(event));
}

RoomSession::Handler RoomSession::handler_of(std::string_view name) {
    struct Named {
        std::string_view name;
        Handler handler;
    };
    static constexpr std::array handlers = {
        Named{"code_change", &RoomSession::on_code_change},
        Named{"cursor", &RoomSession::on_cursor},
        Named{"join", &RoomSession::on_join},
        Named{"leave", &RoomSession::on_leave},
        Named{"chat_message", &RoomSession::on_chat_message},
        Named{"language_change", &RoomSession::on_language_change},
        Named{"execution-input", &RoomSession::on_execution_input},
        Named{"refresh", &RoomSession::on_refresh},
    };
    const auto* found = std::ranges::find(handlers, name, &Named::name);
    return found == handlers.end() ? nullptr : found->handler;
}

void RoomSession::handle(SocketEvent event) {
    if (event.name == "yjs") return on_yjs(event);  // almost always
    const Handler handler = handler_of(event.name);
    if (!handler) {
        constexpr std::size_t shown_max = 64;
        return refuse(
            {ErrorCode::unknown_event,
             fmt::format("There is no event '{}'.", event.name.substr(0, shown_max))},
            event.ack);
    }
    (this->*handler)(event.arguments.empty() ? no_payload : event.arguments.front(), event.ack);
}

// Joining: the socket goes to the loop where the room lives, and then takes a seat there.

void RoomSession::on_join(const boost::json::value& payload, Ack ack) {
    const auto request = parse_join(payload);
    if (!request) return refuse_join(request.error(), ack);
    const auto room = RoomId::parse(request->room_id);
    if (!room) return refuse_join(room::room_not_found(), ack);

    if (!socket_->is_open()) return;  // it ends in a later turn, and goes nowhere any more
    is_busy_ = true;
    seat_.leave();
    Loop& home = world_.homes.home_of(*room).loop;
    if (&home == &socket_->loop()) return enter(*room, request->kind, ack);

    depart();
    stay_ = stay_->move_to(home);
    socket_->move_to(home, [weak = weak_from_this(), room = *room, kind = request->kind, ack] {
        const auto self = weak.lock();
        if (!self || !self->socket_) return;
        self->arrive();
        // A sign-out may have looked for this session while it was between two loops.
        self->must_recheck_ = true;
        self->enter(room, kind, ack);
    });
}

void RoomSession::enter(const RoomId& room, room::ClientKind kind, Ack ack) {
    kind_ = kind;
    // The room may push to this outbox until the callback has run, so the callback keeps it alive.
    world_.homes.home_of(room).rooms.enter(
        room,
        room::Entry{caller_.user, socket_->sid(), kind, *this},
        [self = shared_from_this(), ack](Result<room::Entered> entered) {
            self->on_entered(std::move(entered), ack);
        });
}

void RoomSession::on_entered(Result<room::Entered> entered, Ack ack) {
    if (!socket_) return;  // it left while the room was loading; the seat goes with `entered`
    if (!entered) {
        refuse_join(entered.error(), ack);
    } else {
        seat_ = std::move(entered->seat);
        if (ack) {
            std::string text;
            JsonWriter json(text);
            json.flag("ok", true);
            write_room_state(json, entered->state, world_.limits);
            json.close();
            socket_->ack(*ack, text);
        }
    }
    become_free();
}

void RoomSession::refuse_join(const Error& error, Ack ack) {
    if (ack) return refuse(error, ack);
    socket_->emit("join-error", error_json(error));
}

void RoomSession::on_leave(const boost::json::value&, Ack ack) {
    seat_.leave();
    answer({}, ack);
}

// Events of somebody in a room.

void RoomSession::on_code_change(const boost::json::value& payload, Ack ack) {
    if (auto allowed = require_kind(room::ClientKind::delta); !allowed) {
        return refuse(allowed.error(), ack);
    }
    if (auto allowed = world_.rates.code_events.take(user().view(), "Too many changes at once.");
        !allowed) {
        return refuse(allowed.error(), ack);
    }
    auto change = parse_code_change(payload);
    if (!change) return refuse(change.error(), ack);
    seat_.change(std::move(*change), [stay = stay_, ack](Result<std::uint64_t> rev) {
        stay->act([rev = std::move(rev), ack](RoomSession& self) { self.answer_change(rev, ack); });
    });
}

void RoomSession::answer_change(const Result<std::uint64_t>& rev, Ack ack) {
    if (!rev) return refuse(rev.error(), ack);
    if (ack) socket_->ack(*ack, fmt::format("{{\"ok\":true,\"rev\":{}}}", *rev));
}

// Hot path: once a keystroke of a client that holds a replica.
void RoomSession::on_yjs(const SocketEvent& event) {
    if (auto allowed = require_kind(room::ClientKind::yjs); !allowed) {
        return refuse(allowed.error(), event.ack);
    }
    const std::string* message = bytes_in(event);
    if (!message) {
        return refuse(
            {ErrorCode::bad_payload, "yjs: the payload has to be one binary message."}, event.ack);
    }
    world_.y_messages.take(
        *message, seat_, user(), [stay = stay_, ack = event.ack](Result<> outcome) {
            stay->act([outcome = std::move(outcome), ack](RoomSession& self) {
                self.answer_update(outcome, ack);
            });
        });
}

void RoomSession::answer_update(const Result<>& outcome, Ack ack) {
    answer(outcome, ack);
    if (outcome || outcome.error().code != ErrorCode::bad_payload) return;
    world_.y_messages.note_malformed(outcome.error(), user());
    close_later(wire::close_code::invalid_text, "malformed message");
}

Result<> RoomSession::require_kind(room::ClientKind kind) const {
    if (!seat_.is_taken() || kind_ == kind) return {};  // without a seat, the seat says so
    return fail(
        ErrorCode::not_joined,
        kind == room::ClientKind::yjs ? "Join with sync \"yjs\" to send Yjs messages."
                                      : "You joined with sync \"yjs\": send Yjs messages.");
}

void RoomSession::on_cursor(const boost::json::value& payload, Ack ack) {
    const auto cursor = parse_cursor(payload);
    if (!cursor) return refuse(cursor.error(), ack);
    answer(seat_.move_cursor(*cursor), ack);
}

void RoomSession::on_chat_message(const boost::json::value& payload, Ack ack) {
    auto text = parse_chat_message(payload);
    if (!text) return refuse(text.error(), ack);
    // What the room refuses anyway reaches nobody, and counts against nobody.
    const std::size_t units = utf16_length(*text);
    if (units > 0 && units <= world_.limits.chat_units) {
        const auto allowed = world_.rates.chats.take(user().view(), "Too many messages at once.");
        if (!allowed) return refuse(allowed.error(), ack);
    }
    answer(seat_.send_chat(std::move(*text)), ack);
}

void RoomSession::on_language_change(const boost::json::value& payload, Ack ack) {
    const auto language = parse_language_change(payload);
    if (!language) return refuse(language.error(), ack);
    answer(seat_.set_language(*language), ack);
}

void RoomSession::on_execution_input(const boost::json::value& payload, Ack ack) {
    auto input = parse_execution_input(payload);
    if (!input) return refuse(input.error(), ack);
    const auto run = RunId::parse(input->run_id);
    if (!run) return refuse({ErrorCode::run_not_found, "There is no such run."}, ack);
    answer(seat_.write_stdin(*run, std::move(input->data), input->eof), ack);
}

// Tokens: the one of the handshake, those that `refresh` brings, and their end.

void RoomSession::on_refresh(const boost::json::value& payload, Ack ack) {
    auto token = parse_refresh(payload);
    if (!token) return refuse(token.error(), ack);
    is_busy_ = true;
    world_.identity.verify(
        *token,
        socket_->loop(),
        [weak = weak_from_this(), token = *token, ack](Result<Caller> caller) mutable {
            const auto self = weak.lock();
            if (self && self->socket_) self->on_verified(std::move(caller), std::move(token), ack);
        });
}

void RoomSession::on_verified(Result<Caller> caller, std::string token, Ack ack) {
    if (!caller) {
        refuse(caller.error(), ack);
    } else if (caller->user.id != caller_.user.id) {
        refuse({ErrorCode::invalid_token, "This token belongs to somebody else."}, ack);
    } else {
        token_ = std::move(token);
        caller_.expires_at = caller->expires_at;
        caller_.session = caller->session;
        watch_token();
        answer({}, ack);
    }
    become_free();
}

void RoomSession::recheck() {
    if (is_busy_) {
        must_recheck_ = true;
        return;
    }
    must_recheck_ = false;
    is_busy_ = true;
    world_.identity.verify(
        token_, socket_->loop(), [weak = weak_from_this()](Result<Caller> caller) {
            const auto self = weak.lock();
            if (!self || !self->socket_) return;
            const bool is_refused =
                !caller && caller.error().code != ErrorCode::identity_unavailable;
            if (is_refused) return self->end_by_token(caller.error());
            self->become_free();
        });
}

void RoomSession::watch_token() {
    token_life_.watch(socket_->loop(), caller_.expires_at, [this] {
        end_by_token({ErrorCode::token_expired, "Your session has expired. Sign in again."});
    });
}

void RoomSession::end_by_token(const Error& why) {
    seat_.leave();
    socket_->emit("error-message", error_json(why));
    socket_->disconnect();
}

// Ways out.

void RoomSession::answer(const Result<>& outcome, Ack ack) {
    if (!outcome) return refuse(outcome.error(), ack);
    if (ack) socket_->ack(*ack, "{\"ok\":true}");
}

void RoomSession::refuse(const Error& error, Ack ack) {
    if (ack) {
        socket_->ack(*ack, fmt::format("{{\"ok\":false,\"error\":{}}}", error_json(error)));
    } else {
        socket_->emit("error-message", error_json(error));
    }
}

void RoomSession::become_free() {
    is_busy_ = false;
    if (must_recheck_) recheck();
    while (!is_busy_ && !waiting_.empty() && socket_) {
        SocketEvent event = std::move(waiting_.front());
        waiting_.pop_front();
        waiting_bytes_ -= event.size_bytes;
        handle(std::move(event));
    }
}

room::Push RoomSession::push(room::SharedFrame frame) {
    if (!socket_) return room::Push::queued;  // it ends in this very turn, and its seat with it
    socket_->emit(static_cast<const PacketFrame&>(*frame).packet());
    return socket_->is_open() ? room::Push::queued : room::Push::over_limit;
}

void RoomSession::close(room::CloseReason reason) {
    if (!socket_) return;
    switch (reason) {
        case room::CloseReason::removed:
        case room::CloseReason::room_deleted:
            return socket_->disconnect();
        case room::CloseReason::slow_consumer:
            return socket_->close(wire::close_code::try_again_later, "slow consumer");
        case room::CloseReason::bad_update:
            return close_later(wire::close_code::invalid_text, "malformed message");
    }
}

// In a later turn: first the sender is told what was wrong.
void RoomSession::close_later(std::uint16_t code, std::string_view reason) {
    socket_->loop().post([stay = stay_, code, reason] {
        stay->act([code, reason](RoomSession& self) { self.socket_->close(code, reason); });
    });
}

}  // namespace codencollab::gateway
