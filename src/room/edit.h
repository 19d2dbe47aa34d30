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

Edits edits_of(const AppliedEdits& applied);

/// Normal form of edits that do not overlap and stand in the order of the text; of edits at one
/// place the first comes first.
Edits normal_form(Edits edits);

std::u16string apply_edits(std::u16string_view text, const Edits& edits);
/// What the edits will do to this text.
AppliedEdits effect_of(std::u16string_view text, const Edits& edits);
/// `text`, which is what the edits made, becomes what it was before them.
void undo(std::u16string& text, const AppliedEdits& edits);
/// Whether the edits make `after` of `before`. Cost: comparing, no copy.
bool leads_to(std::u16string_view before, const Edits& edits, std::u16string_view after);

/// Who comes first of two edits that begin at one place.
enum class Tie { earlier_first, edits_first };

/// The same intention once `earlier`, which started from the same text, has been made: only what
/// both saw is removed, and what `earlier` inserted stays.
///     apply(apply(t, b), transform(a, b, earlier_first)) ==
///     apply(apply(t, a), transform(b, a, edits_first))
/// Cost: O(edits + earlier).
Edits transform(const Edits& edits, const Edits& earlier, Tie tie = Tie::earlier_first);

/// `edits`, but removing only what `others` remove as well.
Edits removing_only_with(const Edits& edits, const Edits& others);

/// The same result by edits that do not begin or end behind the first half of an emoji: editors
/// move such positions (see monaco.h). Almost always there is nothing to do.
Edits widen_to_characters(Edits edits, std::u16string_view text);

/// What the document takes of a text: CR is dropped, and half an emoji without its other half,
/// which updates cannot say, becomes U+FFFD.
std::u16string fit_for_document(std::u16string text);

/// The smallest single edit that makes `to` of `from`, widened to characters; none when equal.
Edits difference(std::u16string_view from, std::u16string_view to);

inline bool is_high_surrogate(char16_t unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
inline bool is_low_surrogate(char16_t unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace codencollab::room
