#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace codencollab::room {

/// Where each line of a text starts, kept up to date edit by edit.
///
/// A gap lies at the line of the last edit. Starts before it are kept as offsets from the text's
/// start, those after it as distances to the text's end: an edit at the gap changes neither. So
/// typing costs nothing but the lines it makes or joins; an edit elsewhere moves the gap there,
/// one entry for each line on the way.
class LineIndex {
  public:
    explicit LineIndex(std::u16string_view text);

    /// At least 1: an empty text has one empty line.
    std::size_t count() const { return before_.size() + after_.size(); }
    /// Offset at which line `index` (from 0) starts. Cost: constant.
    std::size_t start(std::size_t index) const;
    /// The line (from 0) that holds `offset`; an LF belongs to the line it ends. Cost: O(log
    /// lines).
    std::size_t line_at(std::size_t offset) const;
    /// The text from `offset` on lost `removed` units and then got `inserted`.
    void replace(std::size_t offset, std::size_t removed, std::u16string_view inserted);

  private:
    void move_gap_to(std::size_t index);

    std::size_t text_size_;
    std::vector<std::size_t> before_;  // offsets from the start; [0] is 0
    std::vector<std::size_t> after_;   // distances to the end, the last line first
};

}  // namespace codencollab::room
