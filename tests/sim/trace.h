#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace codencollab::sim {

/// What happened, as a hash by which two runs of one seed are compared, and on demand as lines to
/// be read.
class Trace {
  public:
    /// Lines are kept only once this was called; the newest `lines_max` of them.
    void keep_lines(std::size_t lines_max) { lines_max_ = lines_max; }

    void note(std::string_view what, std::uint64_t a = 0, std::uint64_t b = 0);
    void set_time(std::int64_t nanoseconds) { time_ = nanoseconds; }

    std::uint64_t hash() const { return hash_; }
    const std::deque<std::string>& lines() const { return lines_; }

  private:
    void mix(std::uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001B3U; }

    std::int64_t time_ = 0;
    std::uint64_t hash_ = 0xCBF29CE484222325U;
    std::size_t lines_max_ = 0;
    std::deque<std::string> lines_;
};

}  // namespace codencollab::sim
