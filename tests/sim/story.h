#pragma once

#include "sim/options.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace codencollab::sim {

struct Outcome {
    std::optional<std::string> complaint;  // the property that does not hold
    std::uint64_t hash = 0;                // of everything that happened
    std::size_t events = 0;
    std::size_t acts = 0;
    std::deque<std::string> trace;
};

/// Plays a world from its beginning to its end: people at work among faults, then everything heals,
/// quiet must come, and the properties must hold: of the text, of what stays when all have left,
/// and of what a new process reads from the disk. Keeps the newest lines of the trace on demand.
Outcome play(const Options& options, std::size_t trace_lines = 0);

}  // namespace codencollab::sim
