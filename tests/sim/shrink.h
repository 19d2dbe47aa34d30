#pragma once

#include "sim/options.h"

#include <cstddef>

namespace codencollab::sim {

/// A world that still fails, with fewer faults and people and less time, as far as taking one thing
/// away after the other leads.
Options shrink(Options failing, std::size_t tries_max);

}  // namespace codencollab::sim
