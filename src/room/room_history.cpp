#include "room/replay.h"
#include "room/room_body.h"

#include <algorithm>

namespace codencollab::room {

namespace {
constexpr std::size_t page_updates_max = 1'000;
}  // namespace

void Room::Body::note(
    HistoryEventKind kind, const User& user, std::string value, std::optional<UserId> subject) {
    HistoryEvent event{
        MessageId::random(ports_.random),
        kind,
        ports_.clock.wall_now(),
        user.id,
        user.name,
        std::move(value),
        std::move(subject)};
    saver_.enqueue([this, event = std::move(event)](Callback<> done) {
        ports_.store.append_event(record_.id, event, std::move(done));
    });
}

void Room::Body::history(const UserId& caller, HistoryQuery query, Callback<HistoryPage> done) {
    if (auto allowed = check(Action::read_text, caller); !allowed) {
        return done(std::unexpected(std::move(allowed).error()));
    }
    query.count = std::clamp<std::size_t>(query.count, 1, page_updates_max);
    ports_.store.history(record_.id, std::move(query), std::move(done));
}

void Room::Body::text_at(const UserId& caller, WallTime at, Callback<std::string> done) {
    if (auto allowed = check(Action::read_text, caller); !allowed) {
        return done(std::unexpected(std::move(allowed).error()));
    }
    replay_text(ports_.loop, ports_.store, record_.id, at, std::move(done));
}

}  // namespace codencollab::room
