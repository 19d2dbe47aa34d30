#pragma once

#include "room/change.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace codencollab {

/// A client's editor, written after Monaco's model and apart from what room/ makes of it: the text
/// as lines, positions clamped, changes of one call made from the end to the start.
class MonacoModel {
  public:
    explicit MonacoModel(std::u16string text = {}) { set_text(text); }

    void set_text(const std::u16string& text) {
        lines_.assign(1, {});
        for (const char16_t unit : text) {
            if (unit == u'\n') {
                lines_.emplace_back();
            } else {
                lines_.back() += unit;
            }
        }
    }

    std::u16string text() const {
        std::u16string text = lines_.front();
        for (std::size_t i = 1; i < lines_.size(); ++i)
            text += u'\n' + lines_[i];
        return text;
    }

    room::Position position_at(std::size_t offset) const {
        std::size_t line = 0;
        while (offset > lines_[line].size())
            offset -= lines_[line++].size() + 1;
        return {static_cast<std::int64_t>(line + 1), static_cast<std::int64_t>(offset + 1)};
    }

    /// `model.applyEdits(changes)`: returns false, having done nothing, where Monaco throws.
    bool apply_edits(const room::Changes& changes) {
        std::vector<std::pair<room::Range, std::u16string>> edits;
        for (const room::Change& change : changes) {
            edits.emplace_back(validated(change.range), change.text);
        }
        std::ranges::stable_sort(
            edits, [](const auto& a, const auto& b) { return key(a.first) < key(b.first); });
        for (std::size_t i = 1; i < edits.size(); ++i) {
            const room::Position start = edits[i].first.start;
            const room::Position end = edits[i - 1].first.end;
            if (std::pair(start.line, start.column) < std::pair(end.line, end.column)) return false;
        }
        std::u16string whole = text();
        for (std::size_t i = edits.size(); i-- > 0;) {
            const auto& [range, inserted] = edits[i];
            const std::size_t begin = offset_of(range.start);
            whole.replace(begin, offset_of(range.end) - begin, inserted);
        }
        set_text(whole);
        return true;
    }

  private:
    using Key =
        std::pair<std::pair<std::int64_t, std::int64_t>, std::pair<std::int64_t, std::int64_t>>;
    static Key key(const room::Range& range) {
        return {{range.end.line, range.end.column}, {range.start.line, range.start.column}};
    }

    static bool is_high(char16_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }

    const std::u16string& line(std::int64_t number) const {
        return lines_[static_cast<std::size_t>(number - 1)];
    }

    room::Position clamped(room::Position at) const {
        if (at.line < 1) return {1, 1};
        const auto last = static_cast<std::int64_t>(lines_.size());
        if (at.line > last) return {last, static_cast<std::int64_t>(line(last).size()) + 1};
        const auto end = static_cast<std::int64_t>(line(at.line).size()) + 1;
        return {at.line, std::clamp<std::int64_t>(at.column, 1, end)};
    }

    room::Range validated(const room::Range& range) const {
        room::Position start = clamped(range.start);
        room::Position end = clamped(range.end);
        const auto unit_before = [this](room::Position at) -> char16_t {
            return at.column > 1 ? line(at.line)[static_cast<std::size_t>(at.column - 2)] : u'\0';
        };
        const bool start_inside = is_high(unit_before(start));
        const bool end_inside = end.column <= static_cast<std::int64_t>(line(end.line).size()) &&
                                is_high(unit_before(end));
        if (start == end) {
            if (start_inside) start.column = end.column = start.column - 1;
            return {start, end};
        }
        if (start_inside) --start.column;
        if (end_inside) ++end.column;
        return {start, end};
    }

    std::size_t offset_of(room::Position at) const {
        std::size_t offset = static_cast<std::size_t>(at.column - 1);
        for (std::int64_t number = 1; number < at.line; ++number)
            offset += line(number).size() + 1;
        return offset;
    }

    std::vector<std::u16string> lines_;
};

}  // namespace codencollab
