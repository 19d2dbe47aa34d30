#pragma once

#include "base/error.h"
#include "base/limits.h"

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::app {

/// Before a limit's name: among the settings' keys and in the environment.
inline constexpr std::string_view limit_key_prefix = "limits.";
inline constexpr std::string_view limit_variable_prefix = "CODENCOLLAB_LIMIT_";

/// The limits by name: "run_wall_ms" is `[limits] run_wall_ms` and CODENCOLLAB_LIMIT_RUN_WALL_MS.
/// A limit in time carries its unit in the name; counts and sizes do not repeat theirs.
std::vector<std::string_view> limit_names();

/// Sets one limit from text: a whole number from 1 on. Fails with `bad_payload`.
Result<> set_limit(Limits& limits, std::string_view name, std::string_view value);

/// The value of one limit as text; empty for a name that is none of ours.
std::string limit_text(const Limits& limits, std::string_view name);

}  // namespace codencollab::app
