#include "runner/piston_words.h"

#include <fmt/format.h>

#include <sys/wait.h>

#include <csignal>
#include <cstring>

namespace codencollab::runner {

std::string signal_name(int signal) {
    if (signal == SIGRTMIN) return "SIGRTMIN";
    if (signal == SIGRTMAX) return "SIGRTMAX";
    if (signal > SIGRTMIN && signal < SIGRTMAX) {
        const int middle = (SIGRTMIN + SIGRTMAX) / 2;
        if (signal <= middle) return fmt::format("SIGRTMIN+{}", signal - SIGRTMIN);
        return fmt::format("SIGRTMAX-{}", SIGRTMAX - signal);
    }
    const char* name = ::sigabbrev_np(signal);
    return name == nullptr ? fmt::format("SIG{}", signal) : fmt::format("SIG{}", name);
}

std::optional<int> parse_signal(std::string_view name) {
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        const bool exists = ::sigabbrev_np(signal) != nullptr || signal >= SIGRTMIN;
        if (exists && signal_name(signal) == name) return signal;
    }
    return std::nullopt;
}

PistonWords words_for(
    const StageEnd& end, bool out_over, bool errors_over, const StageLimits& limits) {
    PistonWords words;
    words.truncated = out_over || errors_over;
    words.out_of_memory = end.memory_hit;
    if (end.verdict == Verdict::failed) {
        words.status = "XX";
        words.message = end.message;
        return words;
    }
    if (end.verdict == Verdict::ended && WIFEXITED(end.wait_status)) {
        words.code = WEXITSTATUS(end.wait_status);
        if (*words.code != 0) {
            words.status = "RE";
            words.message = fmt::format("Exited with error status {}", *words.code);
        }
    } else {
        const bool by_signal = end.verdict == Verdict::ended && WIFSIGNALED(end.wait_status);
        const int signal = by_signal ? WTERMSIG(end.wait_status) : SIGKILL;
        words.signal = signal_name(signal);
        words.status = "SG";
        words.message = fmt::format("Caught fatal signal {}", signal);
        if (by_signal && signal == SIGXFSZ) words.limit = "files";
    }
    if (end.processes_hit) words.limit = "processes";

    const auto ended_by = [&](const char* status, const char* limit, std::string message) {
        words.code = std::nullopt;
        words.signal = "SIGKILL";
        words.status = status;
        words.limit = limit;
        words.message = std::move(message);
    };
    const bool hit_backstop = words.signal == "SIGXCPU";
    if (end.verdict == Verdict::cpu_time || hit_backstop) {
        ended_by("TO", "cpu_time", "Time limit exceeded");
    } else if (end.verdict == Verdict::wall_time) {
        ended_by("TO", "wall_time", "Time limit exceeded (wall clock)");
    } else if (out_over) {
        ended_by("OL", "output", "stdout length exceeded");
    } else if (errors_over) {
        ended_by("EL", "output", "stderr length exceeded");
    } else if (end.memory_hit && words.status) {
        words.limit = "memory";
        words.message = fmt::format("Memory limit exceeded ({} MiB)", limits.memory_bytes >> 20);
    }
    return words;
}

}  // namespace codencollab::runner
