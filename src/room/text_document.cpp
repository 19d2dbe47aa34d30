#include "room/text_document.h"

#include <ranges>

namespace codencollab::room {

TextDocument::TextDocument(std::u16string text) : text_(std::move(text)), lines_(text_) {}

AppliedEdits TextDocument::apply(const Edits& edits) {
    AppliedEdits effect = effect_of(text_, edits);
    // From the end to the start, so that the offsets of those before stay good.
    for (const Edit& edit : std::views::reverse(edits)) {
        lines_.replace(edit.begin, edit.end - edit.begin, edit.text);
    }
    if (edits.size() == 1) {  // almost always: a keystroke
        const Edit& edit = edits.front();
        text_.replace(edit.begin, edit.end - edit.begin, edit.text);
    } else if (!edits.empty()) {
        text_ = apply_edits(text_, edits);
    }
    return effect;
}

std::size_t TextDocument::line_start(std::size_t line) const {
    return lines_.start(line - 1);
}

std::size_t TextDocument::line_end(std::size_t line) const {
    return line < lines_.count() ? lines_.start(line) - 1 : text_.size();
}

Position TextDocument::position_at(std::size_t offset) const {
    const std::size_t line = lines_.line_at(offset);
    return {
        static_cast<std::int64_t>(line + 1),
        static_cast<std::int64_t>(offset - lines_.start(line) + 1)};
}

}  // namespace codencollab::room
