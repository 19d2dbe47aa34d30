#pragma once

#include "base/error.h"
#include "room/executor.h"

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::room {

/// The language a new room has when nobody says another.
constexpr std::string_view default_language = "python";

/// The runtime of a language or alias; null when there is none.
const Runtime* find_runtime(const std::vector<Runtime>& runtimes, std::string_view language);

/// The canonical name. Fails with `unsupported_language` and the list of what there is. While no
/// runner has told its languages, any short name is taken: what cannot run can still be edited.
Result<std::string> canonical_language(
    const std::vector<Runtime>& runtimes, std::string_view language);

}  // namespace codencollab::room
