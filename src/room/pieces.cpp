#include "room/pieces.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace codencollab::room {

Pieces::Piece Pieces::Piece::part(std::size_t from, std::size_t count) const {
    if (is_inserted()) return {0, 0, inserted.substr(from, count)};
    return {begin + from, begin + from + count, {}};
}

Pieces::Pieces(std::size_t size) : origin_size_(size) {
    if (size > 0) pieces_.push_back({0, size, {}});
}

void Pieces::apply(const Edits& edits) {
    if (edits.empty()) return;
    std::vector<Piece> result;
    result.reserve(pieces_.size() + 2 * edits.size());
    auto piece = pieces_.begin();
    std::size_t used = 0;  // units of `piece` that are dealt with
    std::size_t at = 0;    // offset in the text before the edits
    const auto advance = [&](std::size_t to, bool keep) {
        while (at < to) {
            const std::size_t count = std::min(to - at, piece->size() - used);
            if (keep) result.push_back(piece->part(used, count));
            at += count;
            used += count;
            if (used == piece->size()) {
                ++piece;
                used = 0;
            }
        }
    };
    for (const Edit& edit : edits) {
        advance(edit.begin, true);
        advance(edit.end, false);
        if (!edit.text.empty()) result.push_back({0, 0, edit.text});
    }
    for (; piece != pieces_.end(); ++piece) {
        result.push_back(piece->part(used, piece->size() - used));
        used = 0;
    }
    pieces_ = std::move(result);
}

Edits Pieces::edits() const {
    Edits edits;
    std::size_t kept = 0;  // units of the origin that are dealt with
    std::u16string inserted;
    const auto make = [&](std::size_t end) {
        if (kept < end || !inserted.empty()) {
            edits.push_back({kept, end, std::exchange(inserted, {})});
        }
    };
    for (const Piece& piece : pieces_) {
        if (piece.is_inserted()) {
            inserted += piece.inserted;
        } else {
            make(piece.begin);
            kept = piece.end;
        }
    }
    make(origin_size_);
    return edits;
}

Edits compose(const Edits& first, const Edits& second) {
    if (first.empty()) return second;
    if (second.empty()) return first;
    // Whatever the text is, its end lies behind all edits.
    Pieces pieces(std::numeric_limits<std::size_t>::max() / 2);
    pieces.apply(first);
    pieces.apply(second);
    return pieces.edits();
}

}  // namespace codencollab::room
