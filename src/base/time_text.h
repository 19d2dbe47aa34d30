#pragma once

#include "base/clock.h"

#include <string>

namespace codencollab {

/// `2026-11-24T16:38:50.264Z`: ISO 8601 in UTC with milliseconds, as clients and the store see
/// times.
std::string to_iso(WallTime time);

/// Milliseconds since 1970 in UTC.
long long to_unix_ms(WallTime time);
WallTime from_unix_ms(long long ms);

}  // namespace codencollab
