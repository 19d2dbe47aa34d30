#pragma once

#include "base/clock.h"
#include "base/id.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::store {

/// One update of a room's document, where it stands in the order of the log.
struct HistoryRow {
    std::int64_t seq = 0;
    std::optional<UserId> author;
    WallTime at;  // whole milliseconds
    std::string bytes;
};

/// Many updates as the bytes of one row of room_history, in a form that compresses well: what is
/// alike stands together.
///
///     1, count, number of authors, each author's id
///     count × seq (difference to the one before)
///     count × time in milliseconds (difference, signed)
///     count × author (0: none, n: the n-th)
///     count × size
///     the updates, each byte less that at the same place of the last update of its author and size
///
/// Two keystrokes after one another differ in a letter and in clocks that move by one, so most of
/// these bytes are zero. Integers are lib0's. `rows` ascend by seq.
std::string encode_segment(const std::vector<HistoryRow>& rows);

/// None for bytes that encode_segment did not make.
std::optional<std::vector<HistoryRow>> decode_segment(std::string_view bytes);

}  // namespace codencollab::store
