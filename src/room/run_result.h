#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::room {

/// Why a run did not end well, in the contract's words.
enum class RunFailure {
    compile_error,
    runtime_error,
    timeout,
    out_of_memory,
    output_limit,
    killed,
    sandbox_unavailable,
    unsupported_language,
    internal,
};

std::string_view to_string(RunFailure failure);
std::optional<RunFailure> parse_run_failure(std::string_view text);

/// How a run ended. Text is UTF-8; times are milliseconds, memory is bytes.
struct RunResult {
    std::string output{};  // both streams in the order in which they were read
    std::string stdout_text{};
    std::string stderr_text{};
    std::string compile_output{};
    std::optional<int> exit_code{};
    std::optional<std::string> signal{};  // "SIGSEGV"
    std::optional<RunFailure> failure{};
    std::string message{};  // for a person; empty when there is nothing to say
    bool truncated = false;
    std::int64_t wall_time_ms = 0;
    std::int64_t cpu_time_ms = 0;
    std::int64_t memory_bytes = 0;
};

}  // namespace codencollab::room
