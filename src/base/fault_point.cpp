#include "base/fault_point.h"

#ifdef CODENCOLLAB_FAULT_POINTS

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string>
#include <system_error>

namespace codencollab {

namespace {

constexpr int fault_exit_status = 86;

/// What CODENCOLLAB_FAULT says, read once.
struct Fault {
    std::string name;  // empty: none
    bool is_kill = false;
    int passes = 0;
};

Fault read_fault() {
    const char* text = std::getenv("CODENCOLLAB_FAULT");
    if (text == nullptr) return {};
    const std::string_view whole(text);
    const std::size_t colon = whole.find(':');
    const std::size_t at = whole.find('@');
    if (colon == std::string_view::npos || at == std::string_view::npos || at < colon) return {};
    const std::string_view how = whole.substr(colon + 1, at - colon - 1);
    Fault fault;
    const char* end = whole.data() + whole.size();
    const auto read = std::from_chars(whole.data() + at + 1, end, fault.passes);
    const bool is_known = how == "kill" || how == "exit";
    if (read.ec != std::errc() || read.ptr != end || !is_known) return {};
    fault.name = whole.substr(0, colon);
    fault.is_kill = how == "kill";
    return fault;
}

}  // namespace

void pass_fault_point(std::string_view name) {
    static const Fault fault = read_fault();
    // Counts passes of one point alone; nothing else depends on the order.
    static std::atomic<int> passes = 0;
    if (fault.name != name || ++passes != fault.passes) return;
    if (fault.is_kill) std::raise(SIGKILL);
    std::_Exit(fault_exit_status);
}

}  // namespace codencollab

#endif
