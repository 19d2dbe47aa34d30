#include "room/monaco.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <ranges>
#include <tuple>

namespace codencollab::room {

namespace {

bool ends_first(const Edit& a, const Edit& b) {
    return std::tie(a.end, a.begin) < std::tie(b.end, b.begin);
}

bool overlap(const Edits& sorted) {
    const auto pair = std::ranges::adjacent_find(
        sorted, [](const Edit& a, const Edit& b) { return b.begin < a.end; });
    return pair != sorted.end();
}

// The rule for an end that lies behind the first half of an emoji.
Edit at_valid_ends(Edit edit, std::u16string_view text) {
    const bool begin_inside = edit.begin > 0 && is_high_surrogate(text[edit.begin - 1]);
    const bool end_inside = edit.end > 0 && edit.end < text.size() && text[edit.end] != u'\n' &&
                            is_high_surrogate(text[edit.end - 1]);
    if (edit.begin == edit.end) {
        if (begin_inside) edit.begin = edit.end = edit.begin - 1;
        return edit;
    }
    if (begin_inside) --edit.begin;
    if (end_inside) ++edit.end;
    return edit;
}

}  // namespace

Result<Edits> read_changes(const Document& text, const Changes& changes, Offsets offsets) {
    Edits edits;
    edits.reserve(changes.size());
    // Monaco tells changes from the end of the text to its start: of two at one place, the one told
    // last comes first in the text. Hence backwards, and a stable sort.
    for (const Change& change : std::views::reverse(changes)) {
        const std::size_t begin = text.offset_at(change.range.start);
        const std::size_t end = text.offset_at(change.range.end);
        const bool agrees = static_cast<std::int64_t>(begin) == change.offset &&
                            static_cast<std::int64_t>(end) - change.offset == change.length;
        if (end < begin || (offsets == Offsets::must_agree && !agrees)) {
            return fail(
                ErrorCode::invalid_change,
                fmt::format(
                    "The change at {}:{} does not fit the text: its range and its offset must name "
                    "the same place inside the text. You get the room's text.",
                    change.range.start.line,
                    change.range.start.column));
        }
        edits.push_back({begin, end, change.text});
    }
    std::ranges::stable_sort(edits, ends_first);
    if (overlap(edits)) {
        return fail(
            ErrorCode::invalid_change,
            "Two changes of one event overlap; each place may change once. You get the room's "
            "text.");
    }
    return normal_form(std::move(edits));
}

MadeByMonaco made_by_monaco(const Document& text, const Changes& changes) {
    Edits told;
    told.reserve(changes.size());
    for (const Change& change : changes) {
        const std::size_t begin = text.offset_at(change.range.start);
        const std::size_t end = text.offset_at(change.range.end);
        told.push_back(at_valid_ends({begin, end, change.text}, text.text()));
    }
    MadeByMonaco made;
    made.order.resize(told.size());
    std::iota(made.order.begin(), made.order.end(), std::size_t{0});
    std::ranges::stable_sort(
        made.order, [&told](std::size_t a, std::size_t b) { return ends_first(told[a], told[b]); });
    made.edits.reserve(told.size());
    for (const std::size_t number : made.order)
        made.edits.push_back(std::move(told[number]));
    if (overlap(made.edits)) return {};
    made.edits = normal_form(std::move(made.edits));
    return made;
}

Changes write_changes(const Document& text, const Edits& edits) {
    Changes changes;
    changes.reserve(edits.size());
    for (const Edit& edit : std::views::reverse(edits)) {
        changes.push_back(
            {text.range_at(edit.begin, edit.end),
             static_cast<std::int64_t>(edit.begin),
             static_cast<std::int64_t>(edit.end - edit.begin),
             edit.text});
    }
    return changes;
}

Change replace_everything(std::u16string text) {
    constexpr std::int64_t far = std::numeric_limits<std::int32_t>::max();
    return {{{1, 1}, {far, far}}, 0, far, std::move(text)};
}

}  // namespace codencollab::room
