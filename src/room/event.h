#pragma once

#include "base/clock.h"
#include "base/id.h"
#include "room/change.h"
#include "room/executor.h"
#include "room/run_result.h"
#include "room/store.h"
#include "room/user.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace codencollab::room {

// Everything that a room tells its participants: one struct for each server event of the contract
// (section 2), in the domain's words. The gateway's codec knows the names and shapes on the wire.

/// A connected client in a room, as the others see it. A user with two tabs is two of these.
struct Presence {
    std::string sid;  // the id of its connection, as its gateway says it
    UserId user;
    std::string name;
    int color_slot = 1;  // 1 to 8
    Role role = Role::viewer;
};

/// The colour of a slot in the light theme, as clients get it in `color`: "#1d4ed8".
std::string_view color_of(int slot);

struct InitialCode {  // initial-code
    std::u16string code;
    std::uint64_t rev = 0;
};

struct CodeUpdate {  // code-update; changes go from the end of the text to its start
    std::shared_ptr<const Changes> changes;  // never null; shared with what the room remembers
    std::uint64_t rev = 0;
};

/// An update of the document, for who holds a replica. As a sync message of y-protocols. yjs
struct DocumentUpdate {
    std::shared_ptr<const std::string> update;  // Yjs v1; never null
};

/// The server's state vector: asks a replica for what the server lacks. yjs
struct SyncRequest {
    std::string state_vector;
};

/// What a replica lacked: the answer to its step 1. yjs
struct SyncReply {
    std::string update;  // Yjs v1
};

/// Carets and names, as awareness of y-protocols says them. yjs
struct AwarenessUpdate {
    std::shared_ptr<const std::string> update;  // never null
};

/// An edit was refused, for clients that no ack can tell. yjs (message 2)
struct EditDenied {
    std::string reason;
};

struct CursorMoved {  // cursor
    Presence who;
    Cursor cursor;
};

struct UserJoined {  // user-joined
    Presence who;
};

struct UserLeft {  // user-disconnected
    std::string sid;
    UserId user;
};

struct NewMessage {  // new-message
    ChatMessage message;
};

struct ChatHistory {  // chat-history; oldest first
    std::vector<ChatMessage> messages;
};

struct LanguageUpdate {  // language-update
    std::string language;
};

struct RunStarted {  // execution-started
    RunId run;
    UserId user;
    std::string name;
    std::string language;
    std::string version;  // empty while nobody knows
};

struct RunQueued {  // execution-queued
    RunId run;
    std::size_t position = 0;
};

struct RunOutput {  // execution-output
    RunId run;
    std::uint64_t seq = 0;  // over all streams of the run, from 0
    OutputStream stream = OutputStream::stdout_;
    std::string data;            // UTF-8
    std::optional<UserId> user;  // who typed it; for stdin_ alone
    std::string name;
};

struct RunFinished {  // execution-result
    RunId run;
    RunResult result;
};

/// What changed in the room; a field without a value did not change. room-updated
struct RoomUpdated {
    RoomId room;
    std::optional<std::string> title;
    std::optional<Visibility> visibility;
    std::optional<Role> default_role;
    std::optional<bool> locked;
    std::optional<bool> saved;
    std::optional<WallTime> since;  // with saved == false
};

struct RoleChanged {  // role-changed, to the one concerned
    RoomId room;
    UserId user;
    Role role = Role::viewer;
    std::string by;  // name of who changed it
};

enum class ClosedBecause { deleted, removed };

struct RoomClosed {  // room-closed; `removed` goes to the one removed alone
    RoomId room;
    ClosedBecause reason = ClosedBecause::deleted;
};

enum class RunPhase { queued, running, finished };

/// The run that is going on, or the last one. `room-state.run`
struct RunState {
    RunId run;
    UserId user;
    std::string name;
    std::string language;
    std::string version;
    RunPhase phase = RunPhase::queued;
    std::optional<std::size_t> position;  // while queued
    std::vector<RunOutput> output;        // neighbouring pieces of one stream may be joined
    std::optional<RunResult> result;      // when finished
};

struct RoomState {  // room-state, and the ack of a join
    RoomId room;
    std::string title;
    Visibility visibility = Visibility::link;
    Role default_role = Role::editor;
    bool locked = false;
    Role role = Role::viewer;  // of `you`
    std::string language;
    Presence you;
    std::vector<Presence> users;  // by arrival, `you` among them
    std::optional<RunState> run;
    WallTime server_time;
    bool saved = true;
};

using Event = std::variant<
    RoomState,
    InitialCode,
    ChatHistory,
    CodeUpdate,
    DocumentUpdate,
    SyncRequest,
    SyncReply,
    AwarenessUpdate,
    EditDenied,
    CursorMoved,
    UserJoined,
    UserLeft,
    NewMessage,
    LanguageUpdate,
    RunStarted,
    RunQueued,
    RunOutput,
    RunFinished,
    RoomUpdated,
    RoleChanged,
    RoomClosed>;

}  // namespace codencollab::room
