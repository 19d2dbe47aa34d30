#pragma once

#include "base/clock.h"

#include <optional>
#include <string>
#include <string_view>

namespace codencollab {

/// `2026-11-24T16:38:50.264Z`: ISO 8601 in UTC with milliseconds, as clients and the store see
/// times.
std::string to_iso(WallTime time);

/// Reads a time of ISO 8601: date and time with seconds, at most nine digits of a second (those
/// beyond milliseconds are dropped), and `Z` or an offset (`+02:00`). None for anything else, for a
/// day that is not in the calendar, and for years before 1970 or after 2199.
std::optional<WallTime> parse_iso(std::string_view text);

/// Milliseconds since 1970 in UTC.
long long to_unix_ms(WallTime time);
WallTime from_unix_ms(long long ms);

}  // namespace codencollab
