#include "room/edit.h"

#include <algorithm>
#include <cassert>

namespace codencollab::room {

namespace {

std::size_t size_after(std::u16string_view text, const Edits& edits) {
    std::size_t size = text.size();
    for (const Edit& edit : edits)
        size = size - (edit.end - edit.begin) + edit.text.size();
    return size;
}

// An edit may not begin behind the first half of an emoji, nor end there unless the line or text
// ends as well: exactly the places that Monaco moves.
std::size_t widened_begin(std::size_t begin, std::u16string_view text) {
    while (begin > 0 && is_high_surrogate(text[begin - 1]))
        --begin;
    return begin;
}

std::size_t widened_end(std::size_t end, std::u16string_view text) {
    while (end > 0 && end < text.size() && text[end] != u'\n' && is_high_surrogate(text[end - 1])) {
        ++end;
    }
    return end;
}

// char_traits<char16_t> compares unit by unit; this compares memory.
bool is_same(std::u16string_view a, std::u16string_view b) {
    return std::equal(a.data(), a.data() + a.size(), b.data(), b.data() + b.size());
}

bool is_wide(const Edit& edit, std::u16string_view text) {
    return widened_begin(edit.begin, text) == edit.begin && widened_end(edit.end, text) == edit.end;
}

}  // namespace

Edits edits_of(const AppliedEdits& applied) {
    Edits edits;
    edits.reserve(applied.size());
    for (const AppliedEdit& edit : applied) {
        edits.push_back({edit.offset, edit.offset + edit.removed.size(), edit.inserted});
    }
    return edits;
}

Edits normal_form(Edits edits) {
    Edits normal;
    normal.reserve(edits.size());
    for (Edit& edit : edits) {
        assert(edit.begin <= edit.end);
        if (edit.begin == edit.end && edit.text.empty()) continue;
        if (!normal.empty() && normal.back().end == edit.begin) {
            normal.back().end = edit.end;
            normal.back().text += edit.text;
        } else {
            assert(normal.empty() || normal.back().end < edit.begin);
            normal.push_back(std::move(edit));
        }
    }
    return normal;
}

std::u16string apply_edits(std::u16string_view text, const Edits& edits) {
    std::u16string result;
    result.reserve(size_after(text, edits));
    std::size_t kept = 0;
    for (const Edit& edit : edits) {
        result += text.substr(kept, edit.begin - kept);
        result += edit.text;
        kept = edit.end;
    }
    result += text.substr(kept);
    return result;
}

AppliedEdits effect_of(std::u16string_view text, const Edits& edits) {
    AppliedEdits effect;
    effect.reserve(edits.size());
    for (const Edit& edit : edits) {
        const std::u16string_view removed = text.substr(edit.begin, edit.end - edit.begin);
        effect.push_back({edit.begin, std::u16string(removed), edit.text});
    }
    return effect;
}

void undo(std::u16string& text, const AppliedEdits& edits) {
    if (edits.size() == 1) {  // almost always
        const AppliedEdit& edit = edits.front();
        text.replace(edit.offset, edit.inserted.size(), edit.removed);
        return;
    }
    Edits inverse;
    inverse.reserve(edits.size());
    std::size_t inserted = 0;
    std::size_t removed = 0;
    for (const AppliedEdit& edit : edits) {
        const std::size_t begin = edit.offset + inserted - removed;
        inverse.push_back({begin, begin + edit.inserted.size(), edit.removed});
        inserted += edit.inserted.size();
        removed += edit.removed.size();
    }
    text = apply_edits(text, inverse);
}

bool leads_to(std::u16string_view before, const Edits& edits, std::u16string_view after) {
    if (size_after(before, edits) != after.size()) return false;
    std::size_t kept = 0;
    std::size_t at = 0;
    for (const Edit& edit : edits) {
        const std::size_t same = edit.begin - kept;
        if (!is_same(after.substr(at, same), before.substr(kept, same))) return false;
        at += same;
        if (!is_same(after.substr(at, edit.text.size()), edit.text)) return false;
        at += edit.text.size();
        kept = edit.end;
    }
    return is_same(after.substr(at), before.substr(kept));
}

Edits transform(const Edits& edits, const Edits& earlier, Tie tie) {
    const auto is_before = [tie](const Edit& a, const Edit& b) {
        return a.begin < b.begin || (a.begin == b.begin && tie == Tie::earlier_first);
    };
    Edits moved;
    moved.reserve(edits.size());
    auto next = earlier.begin();  // the first earlier edit that is not wholly before ours
    std::size_t grown = 0;        // by the earlier edits before `next`; kept as two sums, because
    std::size_t shrunk = 0;       // their difference may be negative
    for (const Edit& edit : edits) {
        while (next != earlier.end() && next->end <= edit.begin && is_before(*next, edit)) {
            grown += next->text.size();
            shrunk += next->end - next->begin;
            ++next;
        }
        std::size_t place = edit.begin + grown - shrunk;
        if (next != earlier.end() && is_before(*next, edit)) {
            // Ours begins inside what is gone: what came in its place stays before ours.
            place = next->begin + grown - shrunk + next->text.size();
        }
        moved.push_back({place, place, edit.text});

        // What is left of the range that ours removes: the pieces between the earlier edits.
        std::size_t from = edit.begin;
        std::size_t grown_here = grown;
        std::size_t shrunk_here = shrunk;
        for (auto in = next; in != earlier.end() && in->begin < edit.end; ++in) {
            if (in->begin > from) {
                moved.push_back(
                    {from + grown_here - shrunk_here, in->begin + grown_here - shrunk_here, {}});
            }
            from = std::max(from, in->end);
            grown_here += in->text.size();
            shrunk_here += in->end - in->begin;
        }
        if (from < edit.end) {
            moved.push_back(
                {from + grown_here - shrunk_here, edit.end + grown_here - shrunk_here, {}});
        }
    }
    return normal_form(std::move(moved));
}

Edits removing_only_with(const Edits& edits, const Edits& others) {
    Edits fewer;
    auto other = others.begin();
    for (const Edit& edit : edits) {
        fewer.push_back({edit.begin, edit.begin, edit.text});
        while (other != others.end() && other->end <= edit.begin)
            ++other;
        for (auto both = other; both != others.end() && both->begin < edit.end; ++both) {
            const std::size_t begin = std::max(edit.begin, both->begin);
            const std::size_t end = std::min(edit.end, both->end);
            if (begin < end) fewer.push_back({begin, end, {}});
        }
    }
    return normal_form(std::move(fewer));
}

Edits widen_to_characters(Edits edits, std::u16string_view text) {
    if (std::ranges::all_of(edits, [&](const Edit& edit) { return is_wide(edit, text); })) {
        return edits;
    }
    Edits wide;
    for (auto first = edits.begin(); first != edits.end();) {
        // Widened edits may meet: those become one.
        const std::size_t begin = widened_begin(first->begin, text);
        std::size_t end = widened_end(first->end, text);
        auto last = std::next(first);
        while (last != edits.end() && widened_begin(last->begin, text) <= end) {
            end = widened_end(last->end, text);
            ++last;
        }
        Edit whole{begin, end, {}};
        std::size_t kept = begin;
        for (; first != last; ++first) {
            whole.text += text.substr(kept, first->begin - kept);
            whole.text += first->text;
            kept = first->end;
        }
        whole.text += text.substr(kept, end - kept);
        wide.push_back(std::move(whole));
    }
    return wide;
}

std::u16string fit_for_document(std::u16string text) {
    std::erase(text, u'\r');
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is_high_surrogate(text[i]) && i + 1 < text.size() && is_low_surrogate(text[i + 1])) {
            ++i;
        } else if (is_high_surrogate(text[i]) || is_low_surrogate(text[i])) {
            text[i] = u'\xFFFD';
        }
    }
    return text;
}

Edits difference(std::u16string_view from, std::u16string_view to) {
    if (is_same(from, to)) return {};
    const auto prefix =
        static_cast<std::size_t>(std::ranges::mismatch(from, to).in1 - from.begin());
    from.remove_prefix(prefix);
    to.remove_prefix(prefix);
    const std::size_t shorter = std::min(from.size(), to.size());
    std::size_t suffix = 0;
    while (suffix < shorter && from[from.size() - 1 - suffix] == to[to.size() - 1 - suffix])
        ++suffix;
    to.remove_suffix(suffix);
    Edits edits = {{prefix, prefix + from.size() - suffix, std::u16string(to)}};
    const std::u16string_view whole(from.data() - prefix, from.size() + prefix);
    return widen_to_characters(std::move(edits), whole);
}

}  // namespace codencollab::room
