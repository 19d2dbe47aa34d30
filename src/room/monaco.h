#pragma once

#include "base/error.h"
#include "room/change.h"
#include "room/document.h"
#include "room/edit.h"

#include <cstddef>
#include <vector>

namespace codencollab::room {

// What Monaco's positions mean, in both directions. Its rules (editor/common/model, 0.57): a range
// is clamped to the text; an end behind the first half of an emoji is moved outwards, an empty
// range there to the left; the changes of one call are all relative to the text before it.

enum class Offsets { must_agree, ignored };

/// The edits that a client's changes mean in `text`, which its sender had. With
/// `Offsets::must_agree`, rangeOffset and rangeLength must say the same as the (clamped) range; a
/// client whose line ends are CRLF counts differently, and for it they are ignored.
/// Fails with `invalid_change`: outside the text, disagreeing or overlapping.
Result<Edits> read_changes(const Document& text, const Changes& changes, Offsets offsets);

/// What Monaco does with changes.
struct MadeByMonaco {
    Edits edits;
    std::vector<std::size_t> order;  // the changes whose texts those insert, one after another
};

/// What Monaco's `applyEdits` does to `text` with changes that were made for another one; nothing
/// where it would throw because they overlap here.
MadeByMonaco made_by_monaco(const Document& text, const Changes& changes);

/// The edits as changes for a client whose text is `text`, from its end to its start, so that they
/// may be made one by one or in one call.
Changes write_changes(const Document& text, const Edits& edits);

/// A change that makes the whole text `text`, whatever it was.
Change replace_everything(std::u16string text);

}  // namespace codencollab::room
