#include "room/line_index.h"

#include <algorithm>
#include <cassert>

namespace codencollab::room {

LineIndex::LineIndex(std::u16string_view text) : text_size_(text.size()), before_{0} {
    for (std::size_t at = text.find(u'\n'); at != text.npos; at = text.find(u'\n', at + 1)) {
        before_.push_back(at + 1);
    }
}

std::size_t LineIndex::start(std::size_t index) const {
    assert(index < count());
    if (index < before_.size()) return before_[index];
    return text_size_ - after_[count() - 1 - index];
}

std::size_t LineIndex::line_at(std::size_t offset) const {
    assert(offset <= text_size_);
    if (!after_.empty() && offset >= text_size_ - after_.back()) {
        // after_ holds distances in rising order: the last line that starts at or before `offset`
        // is the first whose distance reaches from the end back to it.
        const auto found = std::ranges::lower_bound(after_, text_size_ - offset);
        return count() - 1 - static_cast<std::size_t>(found - after_.begin());
    }
    const auto past = std::ranges::upper_bound(before_, offset);
    return static_cast<std::size_t>(past - before_.begin()) - 1;
}

void LineIndex::move_gap_to(std::size_t index) {
    while (before_.size() > index + 1) {
        after_.push_back(text_size_ - before_.back());
        before_.pop_back();
    }
    while (before_.size() < index + 1) {
        before_.push_back(text_size_ - after_.back());
        after_.pop_back();
    }
}

void LineIndex::replace(std::size_t offset, std::size_t removed, std::u16string_view inserted) {
    assert(offset + removed <= text_size_);
    move_gap_to(line_at(offset));
    // The lines that started inside the removed text are gone with the LF before them.
    const std::size_t rest = text_size_ - (offset + removed);
    while (!after_.empty() && after_.back() >= rest)
        after_.pop_back();
    text_size_ = text_size_ - removed + inserted.size();
    for (std::size_t at = inserted.find(u'\n'); at != inserted.npos;
         at = inserted.find(u'\n', at + 1)) {
        before_.push_back(offset + at + 1);
    }
}

}  // namespace codencollab::room
