#pragma once

#include "room/document.h"
#include "room/line_index.h"

#include <string>

namespace codencollab::room {

/// A document that is a string with an index of its lines.
/// Cost of an edit: moving the text behind it (memmove), and index work for the lines it touches
/// and those between it and the edit before; the text is never walked.
class TextDocument final : public Document {
  public:
    /// `text` must hold no CR. Cost: one walk for the line index.
    explicit TextDocument(std::u16string text);

    const std::u16string& text() const override { return text_; }
    AppliedEdits apply(const Edits& edits) override;
    std::size_t line_count() const override { return lines_.count(); }
    std::size_t line_start(std::size_t line) const override;
    std::size_t line_end(std::size_t line) const override;
    Position position_at(std::size_t offset) const override;

  private:
    std::u16string text_;
    LineIndex lines_;
};

}  // namespace codencollab::room
