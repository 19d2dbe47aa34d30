#pragma once

#include "runner/stage.h"

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::runner {

/// A stage's end in Piston's words.
struct PistonWords {
    std::optional<int> code;
    std::optional<std::string> signal;
    std::optional<std::string> status;  // RE SG TO OL EL XX
    std::optional<std::string> message;
    std::optional<std::string> limit;  // cpu_time wall_time memory processes output files
    bool truncated = false;
    bool out_of_memory = false;
};

PistonWords words_for(
    const StageEnd& end, bool out_over, bool errors_over, const StageLimits& limits);

/// "SIGSEGV", "SIGRTMIN+1"; and back, nothing for an unknown name.
std::string signal_name(int signal);
std::optional<int> parse_signal(std::string_view name);

}  // namespace codencollab::runner
