#include "base/time_text.h"

#include <fmt/format.h>

#include <chrono>

namespace codencollab {

namespace {

/// Takes fixed fields off the front of a text. The first that is not there spoils the rest.
class FieldReader {
  public:
    explicit FieldReader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count) {
        int number = 0;
        for (std::size_t i = 0; i < count; ++i) {
            if (!next_is_digit()) {
                is_good_ = false;
                return 0;
            }
            number = number * 10 + take_digit();
        }
        return number;
    }

    void expect(char c) { is_good_ = take(c) && is_good_; }

    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    /// A fraction of a second, if there is one, in milliseconds.
    int fraction_ms() {
        constexpr int digits_max = 9;
        if (!take('.')) return 0;
        int count = 0;
        int ms = 0;
        for (int weight = 100; next_is_digit(); weight /= 10, ++count)
            ms += weight * take_digit();
        if (count == 0 || count > digits_max) is_good_ = false;
        return ms;
    }

    bool is_good() const { return is_good_; }
    bool is_at_end() const { return rest_.empty(); }

  private:
    bool next_is_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }
    int take_digit() {
        const int digit = rest_.front() - '0';
        rest_.remove_prefix(1);
        return digit;
    }

    std::string_view rest_;
    bool is_good_ = true;
};

/// `Z`, `+02:00` or `-05:30`.
std::chrono::minutes read_offset(FieldReader& read) {
    if (read.take('Z')) return std::chrono::minutes(0);
    const bool is_east = read.take('+');
    if (!is_east) read.expect('-');
    const std::chrono::hours hours(read.digits(2));
    read.expect(':');
    const std::chrono::minutes minutes(read.digits(2));
    return is_east ? hours + minutes : -(hours + minutes);
}

}  // namespace

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

std::optional<WallTime> parse_iso(std::string_view text) {
    using namespace std::chrono_literals;
    FieldReader read(text);
    const std::chrono::year year(read.digits(4));
    read.expect('-');
    const std::chrono::month month(static_cast<unsigned>(read.digits(2)));
    read.expect('-');
    const std::chrono::year_month_day date(
        year, month, std::chrono::day(static_cast<unsigned>(read.digits(2))));
    read.expect('T');
    const std::chrono::hours hours(read.digits(2));
    read.expect(':');
    const std::chrono::minutes minutes(read.digits(2));
    read.expect(':');
    const std::chrono::seconds seconds(read.digits(2));
    const std::chrono::milliseconds fraction(read.fraction_ms());
    const std::chrono::minutes offset = read_offset(read);

    const bool is_whole = read.is_good() && read.is_at_end() && date.ok();
    const bool is_in_range = hours < 24h && minutes < 60min && seconds < 60s &&
                             std::chrono::abs(offset) < 24h && year >= std::chrono::year(1970) &&
                             year < std::chrono::year(2200);
    if (!is_whole || !is_in_range) return std::nullopt;
    return std::chrono::sys_days(date) + hours + minutes + seconds + fraction - offset;
}

long long to_unix_ms(WallTime time) {
    return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

WallTime from_unix_ms(long long ms) {
    return WallTime(std::chrono::milliseconds(ms));
}

}  // namespace codencollab
