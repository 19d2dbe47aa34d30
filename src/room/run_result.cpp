#include "room/run_result.h"

#include <array>

namespace codencollab::room {

namespace {
constexpr std::array all_failures = {
    RunFailure::compile_error,
    RunFailure::runtime_error,
    RunFailure::timeout,
    RunFailure::out_of_memory,
    RunFailure::output_limit,
    RunFailure::killed,
    RunFailure::sandbox_unavailable,
    RunFailure::unsupported_language,
    RunFailure::internal,
};
}  // namespace

std::string_view to_string(RunFailure failure) {
    switch (failure) {
        case RunFailure::compile_error:
            return "compile_error";
        case RunFailure::runtime_error:
            return "runtime_error";
        case RunFailure::timeout:
            return "timeout";
        case RunFailure::out_of_memory:
            return "out_of_memory";
        case RunFailure::output_limit:
            return "output_limit";
        case RunFailure::killed:
            return "killed";
        case RunFailure::sandbox_unavailable:
            return "sandbox_unavailable";
        case RunFailure::unsupported_language:
            return "unsupported_language";
        case RunFailure::internal:
            return "internal";
    }
    return "internal";
}

std::optional<RunFailure> parse_run_failure(std::string_view text) {
    for (const RunFailure failure : all_failures) {
        if (to_string(failure) == text) return failure;
    }
    return std::nullopt;
}

}  // namespace codencollab::room
