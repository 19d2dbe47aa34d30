#pragma once

#include <chrono>

namespace codencollab::store {

/// No time that is stored is read as a later one, or as one so long before 1970: a damaged number
/// may be one that the clock's own type cannot hold. In the year 2255; WallTime ends in 2262.
constexpr std::chrono::milliseconds latest_time(9'000'000'000'000);

}  // namespace codencollab::store
