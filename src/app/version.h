#pragma once

namespace codencollab::app {

/// As the build says it (the top CMakeLists.txt).
inline constexpr const char* version = CODENCOLLAB_VERSION;

}  // namespace codencollab::app
