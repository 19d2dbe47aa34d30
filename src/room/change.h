#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace codencollab::room {

/// A place in the text as editors say it: line and column from 1, columns in UTF-16 code units.
/// Signed and wide, because clients may send anything; `Document::offset_at` clamps.
struct Position {
    std::int64_t line = 1;
    std::int64_t column = 1;
    bool operator==(const Position&) const = default;
};

struct Range {
    Position start;
    Position end;
    bool operator==(const Range&) const = default;
};

/// One of Monaco's changes: `text` takes the place of `range`, which is the same as `length` units
/// from `offset` on. Positions are those of the text before the event that holds it.
struct Change {
    Range range;
    std::int64_t offset = 0;
    std::int64_t length = 0;
    std::u16string text;
    bool operator==(const Change&) const = default;
};

using Changes = std::vector<Change>;

/// What a client sends for an edit (`code_change`).
struct CodeChange {
    Changes changes;
    std::optional<std::u16string> code;  // the sender's whole text after them
    std::optional<std::uint64_t> rev;    // the last revision that the sender has applied
    std::string id;                      // makes a repeated packet count once; may be empty
};

/// A caret with its selection, as its owner says it.
struct Cursor {
    Position position;
    std::optional<Range> selection;
};

}  // namespace codencollab::room
