#pragma once

#include "base/error.h"

#include <spdlog/spdlog.h>  // IWYU pragma: export

#include <string>

namespace codencollab {

enum class LogFormat { text, json };

/// Sets up the process's log on standard error; called once, by app/, before anything logs.
/// `level` is one of trace, debug, info, warn, error, off; another fails with `bad_payload`.
/// Everybody logs by spdlog::info(…) and its like; never a token, a password or a document's text.
Result<> start_log(const std::string& level, LogFormat format);

}  // namespace codencollab
