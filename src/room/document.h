#pragma once

#include "room/change.h"
#include "room/edit.h"

#include <cstddef>
#include <string>

namespace codencollab::room {

/// A room's document. Guarded text today; the shared CRDT document takes its place behind this.
/// Line ends are LF; half an emoji (a lone surrogate) is a unit like any other.
///
/// Threads: none of its own; one thread at a time (its room's loop).
/// Units:   offsets and lengths are UTF-16 code units; lines and columns count from 1.
class Document {
  public:
    virtual ~Document() = default;

    /// Valid until the next `apply`.
    virtual const std::u16string& text() const = 0;

    /// Makes the edits, all of which must lie inside the text, and says what they did.
    virtual AppliedEdits apply(const Edits& edits) = 0;

    virtual std::size_t line_count() const = 0;
    /// Offset of the line's first unit; `line` is from 1 to line_count().
    virtual std::size_t line_start(std::size_t line) const = 0;
    /// Offset just past the line's last unit, before its LF.
    virtual std::size_t line_end(std::size_t line) const = 0;
    /// Position of an offset inside the text or at its end.
    virtual Position position_at(std::size_t offset) const = 0;

    /// Offset of a position, clamped as Monaco does: a line past the last means the end of the
    /// text, a column past the line's end means that end, anything before the first is the first.
    std::size_t offset_at(Position position) const;
    Range range_at(std::size_t begin, std::size_t end) const;
};

}  // namespace codencollab::room
