#pragma once

#include "base/error.h"
#include "runner/runtimes.h"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::runner {

/// What a request may hold; the rest of its bounds come from the runtime.
struct RequestRules {
    std::size_t files_max = 256;
    std::size_t files_bytes_max = 1 << 20;
    std::size_t path_bytes_max = 1'024;
    std::size_t name_bytes_max = 255;
    std::size_t folders_max = 16;
    /// Interactive requests (the WebSocket) may wait for a person: their wall limit for the run.
    std::optional<std::chrono::milliseconds> interactive_wall;
};

/// A checked request: everything in it fits the runtime and its limits.
struct PistonRequest {
    const Runtime* runtime = nullptr;
    std::vector<SourceFile> files;            // the main one first
    std::vector<std::string> language_files;  // paths of what a compiler is given
    std::string main_class;                   // Java's, guessed from the text
    std::string stdin_bytes;
    bool send_stdin = false;
    bool base64_output = false;
    std::vector<std::string> args;
    StageLimits compile_limits;
    StageLimits run_limits;
};

/// Checks a job request as Piston does, in Piston's order and with its messages, then what Piston
/// leaves unchecked. Fails with `bad_request`.
Result<PistonRequest> parse_request(
    const boost::json::value& body, const Runtimes& runtimes, const RequestRules& rules);

/// The command of one stage with its placeholders filled in.
std::vector<std::string> command_of(const StageRecipe& recipe, const PistonRequest& request);

}  // namespace codencollab::runner
