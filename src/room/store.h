#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "base/loop.h"
#include "room/run_result.h"
#include "room/user.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace codencollab::room {

struct RoomRecord {
    RoomId id;
    std::string title;
    std::string language;
    Visibility visibility = Visibility::link;
    Role default_role = Role::editor;  // of those who come by the link
    bool locked = false;
    WallTime created_at;
    WallTime updated_at;  // last activity
};

struct MemberRecord {
    User user;
    Role role = Role::viewer;
    WallTime joined_at;
};

struct ChatMessage {
    MessageId id;
    UserId user;
    std::string sender;  // the name at that time
    std::string text;
    WallTime at;
};

struct RunRecord {
    RunId id;
    UserId user;
    std::string user_name;
    std::string language;
    std::string version;
    WallTime started_at;
    std::optional<WallTime> finished_at;
    std::optional<RunResult> result;  // none while it runs
};

/// Who wrote updates into a room's log: random, and new each time that a room is opened.
using LogWriter = std::uint64_t;

/// One update of a room's document as its log keeps it.
struct LoggedUpdate {
    std::uint64_t number = 0;      // of its writer, counted from 1 without a gap
    std::optional<UserId> author;  // none: the room itself
    WallTime at;
    std::string bytes;  // Yjs update v1
};

/// What one writer adds to a room's log, in order.
struct LogBatch {
    LogWriter writer = 0;
    std::vector<LoggedUpdate> updates;
};

/// A part of the log: of each writer the updates up to and with a number.
using LogPosition = std::map<LogWriter, std::uint64_t>;

/// A room's document as it is stored.
struct StoredDocument {
    std::vector<std::string> updates;  // Yjs v1, to be applied in order: a snapshot, then the log
    LogPosition log;                   // what of the log is among them
    std::size_t log_count = 0;         // how many updates that is,
    std::size_t log_bytes = 0;         // and how large they are together
    /// Bytes were damaged and are kept aside; this is what could be recovered.
    bool is_recovered = false;
};

enum class HistoryEventKind {
    created,
    joined,
    left,
    language,
    title,
    locked,
    unlocked,
    role,
    removed
};

/// Something that happened in a room beside typing, chat and runs.
struct HistoryEvent {
    MessageId id;
    HistoryEventKind kind = HistoryEventKind::joined;
    WallTime at;
    UserId user;                    // who did it
    std::string name;               // the name at that time
    std::string value;              // the language, title or role it became; else empty
    std::optional<UserId> subject;  // whom it concerns, where that is somebody else
};

/// What of a room's history is wanted. Times are inclusive.
struct HistoryQuery {
    std::string after{};    // a page's `next`; empty for the first page
    std::size_t count = 0;  // updates a page
    std::optional<WallTime> from{};
    std::optional<WallTime> to{};
};

/// A page of what happened, each list oldest first. Events, chat and runs are those from the time
/// of the page's first update to that of the next page's; on the first page from the beginning, on
/// the last to the end.
struct HistoryPage {
    std::vector<LoggedUpdate> updates;  // in the order of the log; numbers mean nothing here
    std::vector<HistoryEvent> events;
    std::vector<ChatMessage> chat;
    std::vector<RunRecord> runs;
    std::optional<std::string> next;  // opaque cursor of the page after; none on the last
};

/// Everything that a room needs to open.
struct StoredRoom {
    RoomRecord room;
    std::vector<MemberRecord> members;
    StoredDocument document;
    std::vector<ChatMessage> chat;  // the newest `chat_history`, oldest first
    std::optional<RunRecord> last_run;
};

struct RoomListEntry {
    RoomRecord room;
    Role role = Role::viewer;
};

/// A page of a user's rooms, newest activity first.
struct RoomPage {
    std::vector<RoomListEntry> rooms;
    std::optional<std::string> next;  // opaque cursor of the page after; none on the last
};

/// The port to what is kept. Every call answers by its callback on the loop that this store was
/// made for, in the order of the calls, and never within the call itself. A call that belongs
/// together is one transaction. Failures are `store_unavailable`; then nothing of the call is
/// stored, or all of it when the disk failed in the commit itself: calling again with the same ids
/// is always safe. Changing or adding to a room that is not there fails with `room_not_found`.
/// Opening what is kept ends every run that has no result: the server that had it is gone.
/// Threads: one store for each loop, used on that loop's thread alone.
class RoomStore {
  public:
    virtual ~RoomStore() = default;

    /// Room row, owner's membership, the document's first update (the starter code) and the event
    /// `created` in one transaction. With an `idempotency_key` that this owner used before, answers
    /// the room made then and stores nothing.
    virtual void create(
        RoomRecord room,
        User owner,
        LogBatch first,
        std::string text,
        std::string idempotency_key,
        Callback<RoomRecord> done) = 0;
    /// None when there is no such room.
    virtual void load(
        RoomId room, std::size_t chat_count, Callback<std::optional<StoredRoom>> done) = 0;
    /// Rooms that the user owns or joined. `before` is a page's `next`; empty for the first page.
    /// Fails with `bad_request` for a cursor that is none of ours.
    virtual void list(
        UserId user, std::string before, std::size_t count, Callback<RoomPage> done) = 0;
    /// Adds to the room's log. Updates that it has already, by writer and number, change nothing.
    virtual void append(RoomId room, LogBatch batch, Callback<> done) = 0;
    /// In one transaction: `snapshot` (Yjs update v1 of the whole document, which holds `folded`)
    /// becomes what the room is loaded from, and exactly the updates in `folded` move from the log
    /// into the compressed history. The snapshot before it is kept. `text` is the same document's,
    /// stored where save_text() stores it, so that only a log that is not empty can be newer.
    virtual void fold(
        RoomId room,
        LogPosition folded,
        std::string snapshot,
        std::string text,
        Callback<> done) = 0;
    /// The plain text (UTF-8) for people who read the database; never read back.
    virtual void save_text(RoomId room, std::string text, WallTime at, Callback<> done) = 0;
    virtual void append_event(RoomId room, HistoryEvent event, Callback<> done) = 0;
    /// Fails with `bad_request` for a cursor that is none of ours.
    virtual void history(RoomId room, HistoryQuery query, Callback<HistoryPage> done) = 0;
    /// Title, language, visibility, default role, lock and `updated_at`.
    virtual void update(RoomRecord room, Callback<> done) = 0;
    /// Adds a member or changes role and name.
    virtual void put_member(RoomId room, MemberRecord member, Callback<> done) = 0;
    virtual void remove_member(RoomId room, UserId user, Callback<> done) = 0;
    /// The room and every row of it.
    virtual void remove(RoomId room, Callback<> done) = 0;
    virtual void append_chat(RoomId room, ChatMessage message, Callback<> done) = 0;
    /// With an `idempotency_key` used before in this room, answers the run made then, stores
    /// nothing.
    virtual void start_run(
        RoomId room, RunRecord run, std::string idempotency_key, Callback<RunRecord> done) = 0;
    /// Writes the result of a run that has none. False when it had one already: who gets true, and
    /// nobody else, tells the room.
    virtual void finish_run(
        RunId run, std::string version, RunResult result, WallTime at, Callback<bool> done) = 0;
    /// Newest first.
    virtual void recent_runs(
        RoomId room, std::size_t count, Callback<std::vector<RunRecord>> done) = 0;
};

}  // namespace codencollab::room
