#include "executor/run_record.h"

#include <fmt/format.h>

#include <utility>

namespace codencollab::executor {

using room::RunFailure;

namespace {

struct Reason {
    std::optional<RunFailure> failure;
    std::string message;
};

Reason reason_of(const StageExit& exit, bool stopped, bool over) {
    const bool compiling = exit.stage == Stage::compile;
    const bool by_kill = exit.signal == "SIGKILL";
    if (exit.status == "XX") return {RunFailure::internal, exit.message};
    if (over || exit.limit == "output") {
        return {RunFailure::output_limit, "The program printed too much and was stopped."};
    }
    if (exit.status == "TO") {
        if (compiling) return {RunFailure::timeout, "Compiling took too long and was stopped."};
        if (exit.limit == "cpu_time") {
            return {
                RunFailure::timeout, "The program used too much processor time and was stopped."};
        }
        return {RunFailure::timeout, "The program ran too long and was stopped."};
    }
    if (stopped && by_kill) return {RunFailure::killed, "The run was stopped."};
    if (exit.out_of_memory && exit.code != 0) {
        return {RunFailure::out_of_memory, "The program needed too much memory and was stopped."};
    }
    if (compiling) return {RunFailure::compile_error, "The program did not compile."};
    if (by_kill && !exit.status) {
        // A plain Piston host kills for time and memory alike and does not say which.
        return {
            RunFailure::runtime_error,
            "The program was stopped: it passed a limit of time or memory."};
    }
    if (exit.signal) {
        return {RunFailure::runtime_error, fmt::format("The program crashed ({}).", *exit.signal)};
    }
    if (exit.code != 0) {
        return {
            RunFailure::runtime_error,
            fmt::format("The program ended with exit code {}.", exit.code.value_or(-1))};
    }
    return {};
}

}  // namespace

std::string_view RunRecord::on_data(bool is_error, std::string_view text) {
    std::string_view within = text.substr(0, output_bytes_max_ - bytes_);
    if (within.size() < text.size()) {
        over_ = true;
        // Back to a character's first byte.
        while (!within.empty() &&
               (static_cast<unsigned char>(text[within.size()]) & 0xC0U) == 0x80U) {
            within.remove_suffix(1);
        }
        bytes_ = output_bytes_max_;
    } else {
        bytes_ += within.size();
    }
    if (stage_ == Stage::compile) {
        result_.compile_output += within;
    } else {
        (is_error ? result_.stderr_text : result_.stdout_text) += within;
        result_.output += within;
    }
    return within;
}

void RunRecord::on_exit(StageExit exit) {
    const bool failed = exit.code != 0 || exit.signal.has_value();
    complete_ = exit.stage == Stage::run || failed;
    result_.truncated = result_.truncated || exit.truncated;
    if (complete_) last_ = std::move(exit);
}

room::RunResult RunRecord::result(bool stopped, std::chrono::milliseconds elapsed) && {
    result_.exit_code = last_.code;
    result_.signal = last_.signal;
    result_.cpu_time_ms = last_.cpu_ms;
    result_.wall_time_ms = last_.wall_ms.value_or(elapsed.count());
    result_.memory_bytes = last_.memory_bytes;
    result_.truncated = result_.truncated || over_;
    Reason reason = reason_of(last_, stopped, over_);
    result_.failure = reason.failure;
    result_.message = std::move(reason.message);
    // Old clients read `output` alone: a program that did not compile has only the compiler's.
    if (last_.stage == Stage::compile) result_.output = result_.compile_output;
    return std::move(result_);
}

room::RunResult RunRecord::broken(RunFailure failure, std::string message) && {
    result_.failure = failure;
    result_.message = std::move(message);
    result_.truncated = result_.truncated || over_;
    if (result_.output.empty()) result_.output = result_.compile_output;
    return std::move(result_);
}

}  // namespace codencollab::executor
