#pragma once

#include "room/run_result.h"

#include <optional>
#include <string>
#include <string_view>

namespace codencollab::store {

/// The result of a run as its row keeps it, under the contract's names.
std::string to_json(const room::RunResult& result);

/// None for what to_json did not write.
std::optional<room::RunResult> run_result_from_json(std::string_view json);

}  // namespace codencollab::store
