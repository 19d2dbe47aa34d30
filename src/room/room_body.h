#pragma once

#include "base/rate_limiter.h"
#include "crdt/awareness.h"
#include "room/carets.h"
#include "room/delta_view.h"
#include "room/room.h"
#include "room/runs.h"
#include "room/saver.h"
#include "room/shared_document.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::room {

/// The inside of a room: one class, its bodies in room_people.cpp (who is here), room_code.cpp
/// (what delta clients type), room_replicas.cpp (what replicas do), room_awareness.cpp (carets of
/// both), room_settings.cpp (record and members), room_history.cpp and room.cpp (runs and life).
class Room::Body {
  public:
    Body(Room& room, RoomsPorts ports, StoredRoom stored, SharedDocument document, Owner owner);

    // room_people.cpp
    Result<Entered> enter(Entry entry);
    void leave(ParticipantId id);
    Result<> move_cursor(ParticipantId id, const Cursor& cursor);
    Result<> send_chat(ParticipantId id, std::string text);
    std::vector<Presence> online() const;

    // room_code.cpp
    void change(ParticipantId id, CodeChange change, Callback<std::uint64_t> done);

    // room_replicas.cpp
    void update(ParticipantId id, std::string_view update, Callback<> done);
    Result<> sync(ParticipantId id, std::string_view state_vector);

    // room_awareness.cpp
    Result<bool> move_awareness(ParticipantId id, std::string_view update);
    Result<> query_awareness(ParticipantId id);

    // room_settings.cpp
    Result<RoomView> view(const UserId& caller) const;
    Result<RoomPreview> preview() const;
    void join(const User& caller, Callback<Role> done);
    void change_settings(const User& caller, SettingsPatch patch, Callback<RoomView> done);
    void set_role(const User& caller, const UserId& member, Role role, Callback<> done);
    void remove_member(const User& caller, const UserId& member, Callback<> done);
    void remove(const User& caller, Callback<> done);
    Result<> set_language(ParticipantId id, const std::string& language);

    // room_history.cpp
    void text_at(const UserId& caller, WallTime at, Callback<std::string> done);
    void history(const UserId& caller, HistoryQuery query, Callback<HistoryPage> done);

    // room.cpp
    Result<std::string> text(const UserId& caller) const;
    void start_run(const User& caller, RunOrder order, Callback<RunId> done);
    Result<> stop_run(const User& caller, const RunId& run);
    Result<> write_stdin(const User& caller, const RunId& run, std::string data, bool eof);
    Result<> write_stdin(ParticipantId id, const RunId& run, std::string data, bool eof);
    void recent_runs(
        const UserId& caller, std::size_t count, Callback<std::vector<RunRecord>> done);
    bool is_quiet() const { return participants_.empty() && !runs_.is_active(); }

    const RoomRecord& record() const { return record_; }
    Saver& saver() { return saver_; }
    const Saver& saver() const { return saver_; }

  private:
    /// What became of a change, for packets that come again.
    struct KnownChange {
        std::string id;
        std::uint64_t rev;
        std::uint64_t logged;          // stored when the log is, up to here
        std::optional<Error> refusal;  // its sender was repaired then: it must not count later
    };

    /// What the room remembers of a user who has been here, for all of their tabs.
    struct Person {
        int color_slot;
        TokenBucket code_events;
        TokenBucket chats;
        std::deque<KnownChange> changes;  // the newest
    };

    /// When something that comes fast was told last, and whether the newest of it waits.
    struct Pace {
        std::optional<SteadyTime> told_at;
        bool waits = false;
        Timer timer;
    };

    struct Participant {
        ParticipantId id;
        User user;
        std::string sid;
        ClientKind kind;
        Outbox* outbox;
        Person* person;                 // in people_, whose entries stay
        std::optional<DeltaView> view;  // of a delta client
        std::optional<Cursor> cursor;   // as it was told last
        Pace cursor_pace{};
        Timer reset_timer{};

        // Awareness: what every state of it says of who it is, and the numbers of its states. A
        // delta client has one, which is the room's.
        Signature signature{};
        std::vector<crdt::ClientNumber> states{};
        std::uint64_t caret_clock = 0;
        SteadyTime caret_renewed_at{};
        Pace awareness_pace{};
        int silent_ticks = 0;  // a y_websocket client that is told nothing goes away

        // Of a replica: updates that wait for what has not arrived.
        std::vector<Callback<>> waiting{};
        Timer sync_timer{};

        bool is_replica() const { return kind != ClientKind::delta; }
        crdt::Awareness::ConnectionKey key() const { return static_cast<std::uint64_t>(id); }
    };

    enum class Audience { everybody, delta, replicas };

    Participant* find(ParticipantId id);
    std::optional<Role> role_of(const UserId& user) const;
    Result<> check(Action action, const UserId& user) const;
    /// The participant, if it may do this.
    Result<Participant*> acting(ParticipantId id, Action action);
    Result<Participant*> acting_replica(ParticipantId id, Action action);
    Presence presence_of(const Participant& participant) const;
    Person& person_of(const UserId& user);
    int free_color_slot() const;

    void tell_all(const Event& event) { tell(Audience::everybody, event, std::nullopt); }
    void tell_others(const Event& event, ParticipantId author) {
        tell(Audience::everybody, event, author);
    }
    void tell(Audience audience, const Event& event, std::optional<ParticipantId> author);
    void tell(Participant& to, const Event& event);
    void push(Participant& to, const SharedFrame& frame);
    void close(ParticipantId id, CloseReason reason);
    void close_overdue();
    void maybe_quiet();
    void greet_delta(Participant& newcomer);
    void greet_replica(Participant& newcomer);
    void note_cursor(Participant& mover, const Cursor& cursor);
    void tell_cursor(Participant& participant);
    /// Calls `act(participant)` now, or when its pause is over; the newest state counts.
    void at_pace(
        Participant& participant, Pace Participant::* pace, void (Body::*act)(Participant&));

    /// Tells everybody but the author of it, and logs it for them.
    void spread(
        const DocumentEffect& effect,
        std::optional<ParticipantId> author,
        const std::optional<UserId>& user,
        Callback<> done);
    void relay_changes(const DocumentEffect& effect, std::optional<ParticipantId> author);
    void reset(Participant& participant);
    void repair(Participant& participant, DeltaView::Received received, bool was_applied);
    void watch_doubt(Participant& participant);
    static const KnownChange* known_change(const Person& person, const std::string& id);
    static void remember(Person& person, KnownChange change);

    void refuse(Participant& author, Error why, Callback<> done);
    Error bad_update(ParticipantId id, Error why);
    void wait_for_rest(Participant& author, Callback<> done);
    void ask_for_rest(ParticipantId id);
    void give_up_waiting(ParticipantId id);
    void rest_has_come();
    void language_came(const std::optional<ParticipantId>& author);

    void put_caret(Participant& participant);
    void drop_states(Participant& participant);
    void relay_awareness(std::string update, std::optional<ParticipantId> author);
    void tell_states(Participant& participant);
    void find_cursor(Participant& replica);
    void arm_tick();
    void tick();

    bool is_last_owner(const UserId& user) const;
    RoomView view_for(Role role) const;
    RoomState state_for(const Participant& participant) const;
    void take_language(std::string language, const Participant* by);
    void touch();
    void note(
        HistoryEventKind kind,
        const User& user,
        std::string value = {},
        std::optional<UserId> subject = {});

    Room& room_;
    RoomsPorts ports_;
    Owner owner_;
    RoomRecord record_;
    std::map<UserId, MemberRecord> members_;
    std::set<UserId> ceasing_owners_;  // a change that ends their ownership is being stored
    std::set<UserId> doubtful_roles_;  // a write of theirs failed, and may be stored all the same
    SharedDocument document_;
    std::uint64_t rev_ = 0;  // the last revision given out
    crdt::Awareness awareness_;
    Timer tick_timer_;
    bool tick_is_set_ = false;
    std::deque<ChatMessage> chat_;
    std::map<UserId, Person> people_;
    std::uint64_t last_participant_ = 0;
    std::vector<Participant> participants_;  // by arrival
    std::size_t deltas_ = 0;                 // of them; the rest are replicas
    std::vector<ParticipantId> overdue_;  // slow consumers, to be closed when the telling is done
    Saver saver_;
    Runs runs_;
};

}  // namespace codencollab::room
