#include "room/document.h"

#include <algorithm>

namespace codencollab::room {

std::size_t Document::offset_at(Position position) const {
    if (position.line < 1) return 0;
    const auto line = static_cast<std::size_t>(position.line);
    if (line > line_count()) return text().size();
    const std::size_t start = line_start(line);
    if (position.column <= 1) return start;
    const auto past_start = static_cast<std::size_t>(position.column - 1);
    return start + std::min(past_start, line_end(line) - start);
}

Range Document::range_at(std::size_t begin, std::size_t end) const {
    return {position_at(begin), position_at(end)};
}

}  // namespace codencollab::room
