#pragma once

/// FAULT_POINT("log.before_append") marks a place in which the program may die in a test. It is
/// nothing unless the build has CODENCOLLAB_FAULT_POINTS; then the environment's
/// `CODENCOLLAB_FAULT=log.before_append:kill@37` makes the 37th pass through the point the last:
/// `kill` as SIGKILL does it, `exit` with status 86, both at once and without any cleaning up.
/// Threads: any.
#ifdef CODENCOLLAB_FAULT_POINTS

#include <string_view>

namespace codencollab {
void pass_fault_point(std::string_view name);
}  // namespace codencollab

#define FAULT_POINT(name) ::codencollab::pass_fault_point(name)

#else

#define FAULT_POINT(name) static_cast<void>(0)

#endif
