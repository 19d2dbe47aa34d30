#include "gateway/room_sockets.h"

#include <boost/json/object.hpp>

#include <memory>
#include <utility>
#include <vector>

namespace codencollab::gateway {

namespace {

std::string token_in(const boost::json::value& auth) {
    const auto* fields = auth.if_object();
    const auto* token = fields ? fields->if_contains("token") : nullptr;
    const auto* text = token ? token->if_string() : nullptr;
    return text ? std::string(text->data(), text->size()) : std::string();
}

/// Clients know a refusal by exactly these two messages; the code says more.
Error refusal(Error why) {
    if (why.code == ErrorCode::missing_token) why.message = "Missing token";
    if (why.code == ErrorCode::invalid_token || why.code == ErrorCode::token_expired) {
        why.message = "Invalid token";
    }
    return why;
}

}  // namespace

RoomSockets::RoomSockets(
    const RoomHomes& homes,
    Identity& identity,
    const Clock& clock,
    const Limits& limits,
    EventRates& rates,
    YMessages& y_messages)
    : on_loop_(homes.size()), world_{homes, identity, clock, limits, rates, y_messages, on_loop_} {}

void RoomSockets::on_connect(Socket& socket, boost::json::value auth, Callback<> done) {
    std::string token = token_in(auth);
    if (token.empty()) return done(fail(ErrorCode::missing_token, "Missing token"));
    world_.identity.verify(
        token,
        socket.loop(),
        [this, token, weak = socket.weak(), done = std::move(done)](Result<Caller> caller) mutable {
            const auto live = weak.lock();
            if (!live) return done({});  // it has gone; nobody hears this
            if (!caller) return done(std::unexpected(refusal(std::move(caller).error())));
            auto session =
                std::make_shared<RoomSession>(world_, *live, std::move(token), std::move(*caller));
            live->set_state(session);
            session->start();
            done({});
        });
}

void RoomSockets::on_event(Socket& socket, SocketEvent event) {
    socket.state<RoomSession>()->on_event(std::move(event));
}

void RoomSockets::on_disconnect(Socket& socket, DisconnectReason) {
    socket.state<RoomSession>()->end();
}

void RoomSockets::recheck(const UserId& user) {
    for (std::size_t i = 0; i < on_loop_.size(); ++i) {
        world_.homes.at(i).loop.post([this, i, user] {
            // Copied: a check that answers at once may end a session and change the set.
            const std::vector<RoomSession*> here(on_loop_[i].begin(), on_loop_[i].end());
            for (RoomSession* session : here) {
                if (on_loop_[i].contains(session) && session->user() == user) session->recheck();
            }
        });
    }
}

}  // namespace codencollab::gateway
