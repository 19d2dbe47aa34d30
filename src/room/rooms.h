#pragma once

#include "room/room.h"
#include "room/update_log.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace codencollab::room {

struct NewRoom {
    std::string title{};     // may be empty
    std::string language{};  // a name or alias; empty means python
    Visibility visibility = Visibility::link;
    std::string idempotency_key{};  // may be empty; scoped to the owner by the store
};

/// The rooms that live on one loop: opens each on first use, lets it go when nobody has needed it
/// for a while and its text is stored.
///
/// Life of a room: Loading → Open → Idle → Flushing → gone. One load at a time, for which all wait;
/// a failed one answers every waiter and is forgotten. A room goes only when it is saved, quiet,
/// and nobody came by since (its generation is the one that the flush began with).
///
/// Threads: the loop's alone. Callbacks run on it, once, maybe within the call.
class Rooms {
  public:
    explicit Rooms(RoomsPorts ports);
    ~Rooms();
    Rooms(const Rooms&) = delete;
    Rooms& operator=(const Rooms&) = delete;

    /// Makes a room with its language's starter code, owned by `owner`. The id is chosen here, so
    /// the room need not live on this loop. Fails with `unsupported_language`, `bad_payload`
    /// (title too long), `rate_limited`, `store_unavailable`.
    void create(const User& owner, NewRoom wanted, Callback<RoomRecord> done);
    /// The caller's rooms on every loop, as stored. For who is in each now, ask `online` of the
    /// `Rooms` where it lives.
    void list(const UserId& caller, std::string before, std::size_t count, Callback<RoomPage> done);
    /// Opens the room if need be. The pointer is good within the callback only.
    /// Fails with `room_not_found`, `store_unavailable`.
    void with_room(const RoomId& id, Callback<Room*> done);
    /// `with_room` and `Room::enter`, with the user's rate of joins. Nobody comes in while the
    /// store fails and too much waits for it (`store_unavailable`).
    void enter(const RoomId& id, Entry entry, Callback<Entered> done);
    /// Who is in the room now, by arrival; empty when it is not open.
    std::vector<Presence> online(const RoomId& id) const;

    /// Saves every room's unsaved text, retrying for ever; `done` when all are saved. For SIGTERM:
    /// the caller bounds the wait.
    void save_all(Task done);

    std::size_t open_count() const;
    /// What was made and is not stored yet, of all rooms here.
    std::size_t unsaved_bytes() const { return unsaved_->bytes; }

  private:
    struct Place;  // a room in one of its phases

    Place* find(const RoomId& id, std::uint64_t generation);
    void load(const RoomId& id, Callback<Room*> first);
    void on_loaded(
        const RoomId& id, std::uint64_t generation, Result<std::optional<StoredRoom>> stored);
    void on_quiet(const RoomId& id);
    void touch(const RoomId& id, Place& place);
    static void refuse(std::vector<Callback<Room*>> waiters, const Error& why);
    void flush(const RoomId& id, std::uint64_t generation);
    void fold(const RoomId& id, std::uint64_t generation);
    void let_go(const RoomId& id, std::uint64_t generation);

    RoomsPorts ports_;
    std::shared_ptr<Unsaved> unsaved_ = std::make_shared<Unsaved>();
    std::uint64_t last_generation_ = 0;
    std::map<RoomId, std::unique_ptr<Place>> places_;
    std::shared_ptr<Rooms*> self_;  // weak copies of it are in callbacks that may outlive this
};

}  // namespace codencollab::room
