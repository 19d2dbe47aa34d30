#pragma once

#include "crdt/relative_position.h"
#include "room/change.h"
#include "room/event.h"

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::room {

// Carets as replicas tell each other of them in awareness, and as delta clients do in `cursor`.

/// A caret in a document that others edit; `anchor` is where its selection began.
struct Caret {
    crdt::RelativePosition anchor;
    crdt::RelativePosition head;
};

/// The state (JSON) under which a delta client appears in awareness: `sid`, `user {name, color,
/// colorLight}`, and the caret in the two places where editors' bindings look for it.
std::string caret_state(const Presence& who, const std::optional<Caret>& caret);

/// The caret in a replica's state: that of `cursor`, else that of `selection`. Nothing where there
/// is none, or nothing that can be read.
std::optional<Caret> read_caret(std::string_view state);

/// The two ends of a cursor: where its selection began, and where the caret is.
struct CursorEnds {
    Position anchor;
    Position head;
};
CursorEnds ends_of(const Cursor& cursor);

}  // namespace codencollab::room
