#pragma once

#include "base/rate_limiter.h"
#include "room/delta_view.h"
#include "room/room.h"
#include "room/runs.h"
#include "room/saver.h"
#include "room/text_document.h"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::room {

/// The inside of a room: one class, its bodies in room_people.cpp (who is here), room_code.cpp (the
/// document), room_settings.cpp (record and members) and room.cpp (runs and life).
class Room::Body {
  public:
    Body(Room& room, RoomsPorts ports, StoredRoom stored, Owner owner);

    // room_people.cpp
    Result<Entered> enter(Entry entry);
    void leave(ParticipantId id);
    Result<> move_cursor(ParticipantId id, const Cursor& cursor);
    Result<> send_chat(ParticipantId id, std::string text);
    std::vector<Presence> online() const;

    // room_code.cpp
    Result<std::uint64_t> change(ParticipantId id, CodeChange change);

    // room_settings.cpp
    Result<RoomView> view(const UserId& caller) const;
    Result<RoomPreview> preview() const;
    void join(const User& caller, Callback<Role> done);
    void change_settings(const User& caller, SettingsPatch patch, Callback<RoomView> done);
    void set_role(const User& caller, const UserId& member, Role role, Callback<> done);
    void remove_member(const User& caller, const UserId& member, Callback<> done);
    void remove(const User& caller, Callback<> done);
    Result<> set_language(ParticipantId id, const std::string& language);

    // room.cpp
    Result<std::u16string> text(const UserId& caller) const;
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
    /// What the room remembers of a user who has been here, for all of their tabs.
    struct Person {
        int color_slot;
        TokenBucket code_events;
        TokenBucket chats;
        std::deque<std::pair<std::string, std::uint64_t>> change_ids;  // the newest, with revisions
    };

    struct Participant {
        ParticipantId id;
        User user;
        std::string sid;
        ClientKind kind;
        Outbox* outbox;
        Person* person;  // in people_, whose entries stay
        DeltaView view;
        std::optional<Cursor> cursor;
        std::optional<SteadyTime> cursor_told_at;
        bool cursor_waits = false;
        Timer cursor_timer;
        Timer reset_timer;
    };

    Participant* find(ParticipantId id);
    std::optional<Role> role_of(const UserId& user) const;
    Result<> check(Action action, const UserId& user) const;
    /// The participant, if it may do this.
    Result<Participant*> acting(ParticipantId id, Action action);
    Presence presence_of(const Participant& participant) const;
    Person& person_of(const UserId& user);
    int free_color_slot() const;

    void tell_all(const Event& event) { tell_others(event, std::nullopt); }
    void tell_others(const Event& event, std::optional<ParticipantId> author);
    void tell(Participant& to, const Event& event);
    void tell_cursor(Participant& participant);
    void close(ParticipantId id, CloseReason reason);
    void close_overdue();
    void maybe_quiet();

    void relay(const Edits& edits, ParticipantId author);
    void reset(Participant& participant);
    void repair(Participant& participant, DeltaView::Received received, bool was_applied);
    void watch_doubt(Participant& participant);
    static std::optional<std::uint64_t> known_change(const Person& person, const std::string& id);

    bool is_last_owner(const UserId& user) const;
    RoomView view_for(Role role) const;
    RoomState state_for(const Participant& participant) const;
    void touch();

    Room& room_;
    RoomsPorts ports_;
    Owner owner_;
    RoomRecord record_;
    std::map<UserId, MemberRecord> members_;
    std::set<UserId> ceasing_owners_;  // a change that ends their ownership is being stored
    TextDocument document_;
    std::uint64_t rev_ = 0;  // the last revision given out
    std::deque<ChatMessage> chat_;
    std::map<UserId, Person> people_;
    std::uint64_t last_participant_ = 0;
    std::vector<Participant> participants_;  // by arrival
    std::vector<ParticipantId> overdue_;  // slow consumers, to be closed when the telling is done
    Saver saver_;
    Runs runs_;
};

}  // namespace codencollab::room
