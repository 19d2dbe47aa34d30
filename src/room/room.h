#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/loop.h"
#include "base/random.h"
#include "room/change.h"
#include "room/event.h"
#include "room/executor.h"
#include "room/limiters.h"
#include "room/outbox.h"
#include "room/rights.h"
#include "room/store.h"
#include "room/user.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::room {

/// The world of the rooms of one loop. Everything outlives them.
struct RoomsPorts {
    Loop& loop;
    Clock& clock;
    Random& random;
    RoomStore& store;
    Executor& executor;
    FrameEncoder& encoder;
    const Limits& limits;
    Limiters& limiters;
};

/// A room as its members see it.
struct RoomView {
    RoomRecord room;
    Role role = Role::viewer;           // of who asked
    std::vector<MemberRecord> members;  // owners first, then by arrival
};

/// What anybody may see while the room is open to whoever has the link.
struct RoomPreview {
    std::string title;
    std::vector<std::string> present;  // first names, by arrival, each user once
};

/// A change of settings; what has no value stays.
struct SettingsPatch {
    std::optional<std::string> title{};
    std::optional<Visibility> visibility{};
    std::optional<Role> default_role{};  // editor or viewer
    std::optional<bool> locked{};
};

struct RunOrder {
    std::string language{};  // a name or alias; empty means the room's
    std::string version = "*";
    std::string stdin_text{};
    bool interactive = false;
    std::vector<std::string> args{};
    std::string idempotency_key{};  // may be empty
};

/// Who comes in, and through which connection.
struct Entry {
    User user;
    std::string sid;
    ClientKind kind = ClientKind::delta;
    Outbox& outbox;
};

enum class ParticipantId : std::uint64_t {};

class Room;
class SharedDocument;
struct Unsaved;

/// A participant's place in a room: leaves it when it goes out of scope. Once the room has closed
/// the participant's outbox, every call fails with `not_joined`. What was accepted is answered when
/// it is stored, also when the seat has been left by then.
/// Threads: the room's loop.
class Seat {
  public:
    Seat() = default;
    Seat(std::weak_ptr<Room> room, ParticipantId id) : room_(std::move(room)), id_(id) {}
    Seat(Seat&& other) noexcept;
    Seat& operator=(Seat&& other) noexcept;
    ~Seat() { leave(); }

    bool is_taken() const { return !room_.expired(); }
    void leave();

    /// For a delta client. Answers the revision of the document that holds the change, once the
    /// change is stored; the others are told at once. A refused change leaves the document as it
    /// was, and its sender is pushed what makes its text the document's again.
    void change(CodeChange change, Callback<std::uint64_t> done);
    /// For a replica: takes in an update (Yjs v1), whole or not at all. Answers once it is stored,
    /// also when nothing of it was new; the others are told at once. Bytes that are no update fail
    /// with `bad_payload`, and the participant is closed (`bad_update`), as it is after other bytes
    /// that cannot be read. Of any other refusal a `y_websocket` client is told by `EditDenied`.
    /// An update that refers to what has not arrived waits for it, and its answer too; the
    /// participant is asked for what is missing after a second, and given up after ten.
    void update(std::string_view update, Callback<> done);
    /// For a replica: pushes it what its state vector lacks.
    Result<> sync(std::string_view state_vector);
    /// For a replica: takes in its awareness, and tells the others what of it was new. False when
    /// nothing was: such echoes should not count against a client's rate.
    Result<bool> move_awareness(std::string_view update);
    /// For a replica: pushes it everybody's awareness.
    Result<> query_awareness();
    /// Told to the others, at most once in `Limits::cursor_interval`; the newest counts.
    Result<> move_cursor(const Cursor& cursor);
    Result<> send_chat(std::string text);
    Result<> set_language(const std::string& language);
    Result<> write_stdin(const RunId& run, std::string data, bool eof);

  private:
    std::weak_ptr<Room> room_;
    ParticipantId id_{};
};

/// What an `enter` that succeeded gives: the seat, and the state for the ack.
struct Entered {
    Seat seat;
    RoomState state;
};

/// One room: its document, the people in it, chat and runs. Made by `Rooms`, reached by
/// `Rooms::with_room`; the pointer is good within that call only.
///
/// Ownership: `Rooms` owns it. Shared pointers here are only there so that callbacks and seats can
///            hold weak ones.
/// Threads:   its loop's alone. Every callback runs on that loop, once, maybe within the call.
/// Errors:    rights are looked up at every act (rights.h). A store that fails answers
///            `store_unavailable`; nothing that was accepted is forgotten for it.
class Room : public std::enable_shared_from_this<Room> {
  public:
    /// What the owner of the room is told.
    struct Owner {
        std::move_only_function<void()> maybe_quiet;  // nobody is here and nothing runs
        std::move_only_function<void()> deleted;      // the room must be let go
        std::shared_ptr<Unsaved> unsaved;             // of all its rooms
    };

    /// `document` is what was loaded from `stored`.
    Room(RoomsPorts ports, StoredRoom stored, SharedDocument document, Owner owner);
    ~Room();

    const RoomRecord& record() const;

    // Over HTTP.
    Result<RoomView> view(const UserId& caller) const;
    /// Becomes a member where the visibility allows it; answers the role. For members: their role.
    void join(const User& caller, Callback<Role> done);
    /// Holds at once for everybody in the room; the answer comes when it is stored.
    void change_settings(const User& caller, SettingsPatch patch, Callback<RoomView> done);
    /// `member` must be one already. The last owner stays owner (`conflict`).
    void set_role(const User& caller, const UserId& member, Role role, Callback<> done);
    /// Ends the member's sessions here. The last owner cannot be removed (`conflict`).
    void remove_member(const User& caller, const UserId& member, Callback<> done);
    /// Removes the room and its data and tells everyone in it.
    void remove(const User& caller, Callback<> done);
    /// UTF-8.
    Result<std::string> text(const UserId& caller) const;
    /// As it was at that time, from the history; UTF-8.
    void text_at(const UserId& caller, WallTime at, Callback<std::string> done);
    void history(const UserId& caller, HistoryQuery query, Callback<HistoryPage> done);
    /// `room_not_found` while the room is private.
    Result<RoomPreview> preview() const;
    /// Runs the text as it is now. Answers the run's id when the run is stored; everything else is
    /// told to the room. An attempt counts against the user's rate whatever comes of it.
    void start_run(const User& caller, RunOrder order, Callback<RunId> done);
    Result<> stop_run(const User& caller, const RunId& run);
    Result<> write_stdin(const User& caller, const RunId& run, std::string data, bool eof);
    /// Newest first.
    void recent_runs(
        const UserId& caller, std::size_t count, Callback<std::vector<RunRecord>> done);
    /// Who is here, by arrival.
    std::vector<Presence> online() const;

    // Over a socket.
    /// Pushes room-state, the document (initial-code; for a replica a sync request and everybody's
    /// awareness) and chat-history to the newcomer and tells the others.
    /// The caller must be a member. Fails with `room_full`, `rate_limited`.
    Result<Entered> enter(Entry entry);

    // For `Rooms`.
    bool is_quiet() const;  // nobody is here and nothing runs
    bool is_saved() const;
    /// Saves what is unsaved, now and again until it succeeds; then calls `done`.
    void save_all(Task done);
    /// Before the room is let go: folds its log, if the store lets it; then calls `done`.
    void fold_all(Task done);

  private:
    friend class Seat;
    class Body;  // defined in room.cpp
    std::unique_ptr<Body> body_;
};

}  // namespace codencollab::room
