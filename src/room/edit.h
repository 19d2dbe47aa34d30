#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::room {

/// One replacement: `text` takes the place of the units from `begin` up to `end`.
struct Edit {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::u16string text;
    bool operator==(const Edit&) const = default;
};

/// Replacements that happen at once: all positions are those of the text before. Always in normal
/// form: from the start of the text to its end, no two of them touching, none without effect on
/// positions or text. So there is no order among them to disagree about.
using Edits = std::vector<Edit>;

/// An edit that was made, with what it took away: enough to undo it.
struct AppliedEdit {
    std::size_t offset = 0;  // in the text before
    std::u16string removed;
    std::u16string inserted;
    bool operator==(const AppliedEdit&) const = default;
};

/// In the same normal form as `Edits`.
using AppliedEdits = std::vector<AppliedEdit>;

}  // namespace codencollab::room
