#pragma once

#include "room/event.h"

#include <cstddef>
#include <memory>

namespace codencollab::room {

/// How a participant shares the document: by Monaco's changes; by a Yjs replica, beside all other
/// events; or by a replica alone (y-websocket, whose clients know nothing else).
enum class ClientKind { delta, yjs, y_websocket };

/// An event in the bytes of one kind of client. Only the gateway that made it looks inside.
class Frame {
  public:
    virtual ~Frame() = default;
    virtual std::size_t size_bytes() const = 0;
};

using SharedFrame = std::shared_ptr<const Frame>;

/// Turns events into frames; a room calls it once an event and kind, however many participants.
/// Threads: used on the loop of the rooms that have it.
class FrameEncoder {
  public:
    virtual ~FrameEncoder() = default;
    /// Null where this kind is not told of such an event. Must not throw and must not call back
    /// into a room.
    virtual SharedFrame encode(const Event& event, ClientKind kind) = 0;
};

enum class Push { queued, over_limit };

enum class CloseReason {
    removed,        // by an owner; the session is ended
    room_deleted,   // by an owner; the session is ended
    slow_consumer,  // it reconnects and resynchronises
    bad_update,     // it sent bytes that are no update; the document is as it was
};

/// One participant's way out, filled by the gateway's session. Its queue, and the queue's bound,
/// live there.
///
/// Ownership: the session's; it must outlive the `Seat` that it was given for.
/// Threads:   the room's loop.
/// Neither call may call back into the room at once: what follows from them is posted.
class Outbox {
  public:
    virtual ~Outbox() = default;
    /// Queues one frame, in the order of the calls. On `over_limit` the room drops the participant
    /// and calls `close(slow_consumer)`.
    virtual Push push(SharedFrame frame) = 0;
    /// The room has dropped the participant: nothing more is pushed. What was pushed before goes
    /// out first, unless the reason is `slow_consumer`.
    virtual void close(CloseReason reason) = 0;
};

}  // namespace codencollab::room
