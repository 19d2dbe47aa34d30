#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// Text as the engine sees it: UTF-8 in memory, counted in UTF-16 units, nearly always ASCII.
namespace codencollab::crdt {

struct TextFacts {
    bool is_valid = true;  // strictly valid UTF-8; if not, the rest means nothing
    bool is_ascii = true;
    std::size_t units = 0;
};

/// All three in one pass. Cost: a word at a time while it is ASCII.
TextFacts scan_text(std::string_view bytes);

/// UTF-16 units of valid UTF-8.
std::size_t count_units(std::string_view utf8);

/// A part of a text between two unit offsets. A cut inside a surrogate pair leaves half a
/// character, which UTF-8 cannot say: it stands as U+FFFD (one unit).
struct TextSlice {
    bool half_before = false;  // begins with the second half of a character
    bool half_after = false;   // ends with the first half of one
    std::string_view whole;    // what is between

    /// The slice as one text; `scratch` holds it where it is not whole.
    std::string_view joined(std::string& scratch) const;
};

/// Units [from, to) of valid UTF-8. `to` at most its units.
TextSlice slice_text(std::string_view utf8, std::size_t from, std::size_t to);

}  // namespace codencollab::crdt
