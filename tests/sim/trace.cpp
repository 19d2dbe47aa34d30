#include "sim/trace.h"

#include <fmt/format.h>

namespace codencollab::sim {

void Trace::note(std::string_view what, std::uint64_t a, std::uint64_t b) {
    mix(static_cast<std::uint64_t>(time_));
    for (const char letter : what)
        mix(static_cast<unsigned char>(letter));
    mix(a);
    mix(b);
    if (lines_max_ == 0) return;
    lines_.push_back(
        fmt::format("{:>11.4f} s  {} {} {}", static_cast<double>(time_) / 1e9, what, a, b));
    if (lines_.size() > lines_max_) lines_.pop_front();
}

}  // namespace codencollab::sim
