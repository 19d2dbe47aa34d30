#pragma once

#include "room/edit.h"

#include <cstddef>
#include <string>
#include <vector>

namespace codencollab::room {

/// What edits made of a text, as pieces: parts of the origin that are still there, and what came in
/// between.
class Pieces {
  public:
    /// The origin itself, of `size` units.
    explicit Pieces(std::size_t size);

    /// Cost: O(pieces + edits).
    void apply(const Edits& edits);

    /// What has been made of the origin, as one step.
    Edits edits() const;

  private:
    struct Piece {
        std::size_t begin = 0;  // of the origin; an inserted piece has begin == end
        std::size_t end = 0;
        std::u16string inserted;

        bool is_inserted() const { return begin == end; }
        std::size_t size() const { return is_inserted() ? inserted.size() : end - begin; }
        Piece part(std::size_t from, std::size_t count) const;
    };

    std::size_t origin_size_;
    std::vector<Piece> pieces_;  // none of them empty
};

/// One step that does what `first` and then `second` do. Cost: O(first + second).
Edits compose(const Edits& first, const Edits& second);

}  // namespace codencollab::room
