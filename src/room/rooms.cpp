#include "room/rooms.h"

#include "base/log.h"
#include "base/utf.h"
#include "room/languages.h"
#include "room/shared_document.h"

#include <fmt/format.h>

#include <utility>

namespace codencollab::room {

/// A room in one of its phases: loading (no room yet, waiters), open, or idle (a timer runs, then
/// the flush). What is posted for it carries the generation and is dropped when that is old.
struct Rooms::Place {
    std::uint64_t generation;
    std::shared_ptr<Room> room;            // none while it loads
    std::vector<Callback<Room*>> waiters;  // while it loads
    Timer idle_timer;
};

Rooms::Rooms(RoomsPorts ports) : ports_(ports), self_(std::make_shared<Rooms*>(this)) {}

Rooms::~Rooms() = default;

void Rooms::create(const User& owner, NewRoom wanted, Callback<RoomRecord> done) {
    if (utf16_length(wanted.title) > ports_.limits.title_units) {
        return done(fail(
            ErrorCode::bad_payload,
            fmt::format("A title has at most {} characters.", ports_.limits.title_units)));
    }
    const auto runtimes = ports_.executor.runtimes();
    auto language = canonical_language(
        *runtimes, wanted.language.empty() ? default_language : std::string_view(wanted.language));
    if (!language) return done(std::unexpected(std::move(language).error()));
    if (auto paced = ports_.limiters.rooms.take(
            owner.id.view(),
            fmt::format("{} new rooms an hour is the limit.", ports_.limits.rooms_per_hour));
        !paced) {
        return done(std::unexpected(std::move(paced).error()));
    }
    const Runtime* runtime = find_runtime(*runtimes, *language);
    std::string starter = runtime == nullptr ? std::string() : runtime->starter;
    std::erase(starter, '\r');
    const WallTime now = ports_.clock.wall_now();
    RoomRecord record{
        RoomId::random(ports_.random),
        std::move(wanted.title),
        std::move(*language),
        wanted.visibility,
        Role::editor,
        false,
        now,
        now};
    LogBatch first{ports_.random.next_u64() >> 1 | 1, {}};
    first.updates.push_back(
        {1,
         owner.id,
         now,
         SharedDocument::first_update(starter, record.language, ports_.limits, ports_.random)});
    ports_.store.create(
        std::move(record),
        owner,
        std::move(first),
        std::move(starter),
        std::move(wanted.idempotency_key),
        std::move(done));
}

void Rooms::list(
    const UserId& caller, std::string before, std::size_t count, Callback<RoomPage> done) {
    ports_.store.list(caller, std::move(before), count, std::move(done));
}

Rooms::Place* Rooms::find(const RoomId& id, std::uint64_t generation) {
    const auto found = places_.find(id);
    const bool is_it = found != places_.end() && found->second->generation == generation;
    return is_it ? found->second.get() : nullptr;
}

void Rooms::with_room(const RoomId& id, Callback<Room*> done) {
    const auto found = places_.find(id);
    if (found == places_.end()) return load(id, std::move(done));
    Place& place = *found->second;
    if (!place.room) {
        place.waiters.push_back(std::move(done));
        return;
    }
    const std::shared_ptr<Room> room = place.room;  // lives through the call, whatever that does
    touch(id, place);
    done(room.get());
}

void Rooms::load(const RoomId& id, Callback<Room*> first) {
    auto place = std::make_unique<Place>();
    const std::uint64_t generation = place->generation = ++last_generation_;
    place->waiters.push_back(std::move(first));
    places_.emplace(id, std::move(place));
    ports_.store.load(
        id,
        ports_.limits.chat_history,
        [self = std::weak_ptr(self_), id, generation](Result<std::optional<StoredRoom>> stored) {
            if (const auto alive = self.lock()) {
                (*alive)->on_loaded(id, generation, std::move(stored));
            }
        });
}

void Rooms::on_loaded(
    const RoomId& id, std::uint64_t generation, Result<std::optional<StoredRoom>> stored) {
    Place* place = find(id, generation);
    if (place == nullptr || place->room) return;
    auto waiters = std::exchange(place->waiters, {});
    if (!stored || !*stored) {
        // Nothing of it stays: a room that was not loaded can never write, and the next who comes
        // tries again.
        places_.erase(id);
        const Error why = stored ? room_not_found() : std::move(stored).error();
        return refuse(std::move(waiters), why);
    }
    auto document = SharedDocument::load((*stored)->document, ports_.limits, ports_.random);
    if (!document) {
        spdlog::error("Room {} cannot be opened.", id.view());
        places_.erase(id);
        return refuse(std::move(waiters), document.error());
    }
    const auto when_current = [self = std::weak_ptr(self_), id](auto act) {
        return [self, id, act] {
            if (const auto alive = self.lock()) act(**alive, id);
        };
    };
    Room::Owner owner{
        when_current([](Rooms& rooms, const RoomId& room) { rooms.on_quiet(room); }),
        when_current([](Rooms& rooms, const RoomId& room) { rooms.places_.erase(room); }),
        unsaved_};
    const auto room = place->room =
        std::make_shared<Room>(ports_, std::move(**stored), std::move(*document), std::move(owner));
    touch(id, *place);
    for (Callback<Room*>& waiter : waiters) {
        // One of those before may have deleted it.
        if (places_.contains(id)) {
            waiter(room.get());
        } else {
            waiter(std::unexpected(room_not_found()));
        }
    }
}

void Rooms::refuse(std::vector<Callback<Room*>> waiters, const Error& why) {
    for (Callback<Room*>& waiter : waiters)
        waiter(std::unexpected(why));
}

// Somebody needs the room: whatever was under way to let it go is off, and its time starts anew.
void Rooms::touch(const RoomId& id, Place& place) {
    place.generation = ++last_generation_;
    place.idle_timer = ports_.loop.after(
        ports_.limits.room_idle,
        [this, id, generation = place.generation] { flush(id, generation); });
}

void Rooms::on_quiet(const RoomId& id) {
    const auto found = places_.find(id);
    if (found != places_.end() && found->second->room) touch(id, *found->second);
}

void Rooms::flush(const RoomId& id, std::uint64_t generation) {
    Place* place = find(id, generation);
    // Not quiet: it will say when it is.
    if (place == nullptr || !place->room->is_quiet()) return;
    place->room->save_all([self = std::weak_ptr(self_), id, generation] {
        if (const auto alive = self.lock()) (*alive)->fold(id, generation);
    });
}

void Rooms::fold(const RoomId& id, std::uint64_t generation) {
    Place* place = find(id, generation);
    if (place == nullptr || !place->room->is_quiet()) return;
    place->room->fold_all([self = std::weak_ptr(self_), id, generation] {
        if (const auto alive = self.lock()) (*alive)->let_go(id, generation);
    });
}

void Rooms::let_go(const RoomId& id, std::uint64_t generation) {
    Place* place = find(id, generation);
    if (place == nullptr || !place->room->is_quiet() || !place->room->is_saved()) return;
    // Not at once: this is called from inside the room.
    ports_.loop.post([room = std::move(place->room)]() mutable { room.reset(); });
    places_.erase(id);
}

void Rooms::enter(const RoomId& id, Entry entry, Callback<Entered> done) {
    if (auto paced = ports_.limiters.joins.take(entry.user.id.view(), "You join rooms too fast.");
        !paced) {
        return done(std::unexpected(std::move(paced).error()));
    }
    if (unsaved_->bytes > ports_.limits.unsaved_bytes) {
        return done(fail(
            ErrorCode::store_unavailable,
            "Changes cannot be saved now, and nobody can come in until they are. Try again.",
            5));
    }
    with_room(id, [entry = std::move(entry), done = std::move(done)](Result<Room*> room) mutable {
        if (!room) return done(std::unexpected(std::move(room).error()));
        done((*room)->enter(std::move(entry)));
    });
}

std::vector<Presence> Rooms::online(const RoomId& id) const {
    const auto found = places_.find(id);
    if (found == places_.end() || !found->second->room) return {};
    return found->second->room->online();
}

void Rooms::save_all(Task done) {
    struct Countdown {
        std::size_t left = 1;
        Task done;
    };
    const auto countdown = std::make_shared<Countdown>(1, std::move(done));
    const auto one_done = [countdown] {
        if (--countdown->left == 0) countdown->done();
    };
    std::vector<std::shared_ptr<Room>> open;
    for (const auto& [id, place] : places_) {
        if (place->room) open.push_back(place->room);
    }
    countdown->left += open.size();
    for (const auto& room : open)
        room->save_all(one_done);
    one_done();
}

std::size_t Rooms::open_count() const {
    std::size_t count = 0;
    for (const auto& [id, place] : places_)
        count += place->room ? 1 : 0;
    return count;
}

}  // namespace codencollab::room
