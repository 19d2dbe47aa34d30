#include "base/time_text.h"

#include <fmt/format.h>

namespace codencollab {

std::string to_iso(WallTime time) {
    using std::chrono::days;
    using std::chrono::floor;
    using std::chrono::milliseconds;
    const auto day = floor<days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(floor<milliseconds>(time - day));
    return fmt::format(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()),
        clock.hours().count(),
        clock.minutes().count(),
        clock.seconds().count(),
        clock.subseconds().count());
}

long long to_unix_ms(WallTime time) {
    return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

WallTime from_unix_ms(long long ms) {
    return WallTime(std::chrono::milliseconds(ms));
}

}  // namespace codencollab
