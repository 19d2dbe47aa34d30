#pragma once

#include "crdt/json_members.h"
#include "crdt/relative_position.h"
#include "room/change.h"
#include "room/event.h"

#include <array>
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

/// Whose a state in awareness is, as the members of it (JSON) that say so: `sid` and `user {name,
/// color, colorLight}`.
class Signature {
  public:
    Signature() = default;
    explicit Signature(const Presence& who);

    /// Views into this.
    std::array<crdt::JsonMember, 2> members() const;

  private:
    std::string sid_;
    std::string user_;
};

/// The state under which a delta client appears in awareness: who it is, and the caret in the two
/// places where editors' bindings look for it.
std::string caret_state(const Signature& who, const std::optional<Caret>& caret);

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
