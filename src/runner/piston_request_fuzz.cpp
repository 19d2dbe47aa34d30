#include "runner/piston_request.h"

#include "wire/json_text.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace codencollab {

namespace {

/// The project's own languages, as if all of them were installed.
const runner::Runtimes& runtimes() {
    static const runner::Runtimes loaded = [] {
        auto result = runner::Runtimes::load(
            "runtimes", Limits(), [](const std::vector<std::string>&, const runner::Runtime&) {
                return Result<std::string>("12.2.0");
            });
        if (!result) std::abort();
        return std::move(*result);
    }();
    return loaded;
}

}  // namespace

// Whatever a request says: a file that is accepted stays in its folder, a limit within the
// runtime's, and every stage has a command without NUL characters.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto json = wire::parse_json({reinterpret_cast<const char*>(data), size});
    if (!json) return 0;
    const auto request = runner::parse_request(*json, runtimes(), runner::RequestRules());
    if (!request) return 0;
    if (request->files.empty()) std::abort();
    for (const runner::SourceFile& file : request->files) {
        const std::string path = "/" + file.path + "/";
        if (file.path.starts_with('/') || path.find("/../") != std::string::npos ||
            path.find('\0') != std::string::npos) {
            std::abort();
        }
    }
    const runner::StageLimits& most = request->runtime->run.limits;
    if (request->run_limits.wall > most.wall || request->run_limits.cpu > most.cpu ||
        request->run_limits.memory_bytes > most.memory_bytes) {
        std::abort();
    }
    for (const std::string& word : runner::command_of(request->runtime->run, *request)) {
        if (word.find('\0') != std::string::npos) std::abort();
    }
    return 0;
}

}  // namespace codencollab
