#pragma once

#include "base/error.h"
#include "base/limits.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace codencollab::runner {

/// How strict the start is about what the host can guarantee.
enum class Require {
    isolation,  // namespaces, seccomp and an unprivileged uid; limits as exact as the host can
    full,       // control groups as well: every limit exact for the whole tree of processes
};

struct RunnerSettings {
    std::string listen_host = "127.0.0.1";
    std::uint16_t listen_port = 2000;  // 0: any free one
    /// Folder of the `*.toml` files, one a language.
    std::filesystem::path runtimes_dir = "runtimes";
    /// What requests must bring as `Authorization: Bearer`. Empty: nothing is asked, which is
    /// allowed on loopback only. A parent process may hand it over in CODENCOLLAB_RUNNER_TOKEN.
    std::string token;
    Limits limits;
    Require require = Require::isolation;
    /// Runs at the same time; 0: four a core, at least eight.
    std::size_t runs_at_once = 0;
    /// Runs that may wait for their turn; past it a request is answered 503.
    std::size_t queue_max = 256;
    std::chrono::milliseconds queue_wait{30'000};
};

/// The `runner` subcommand: serves the Piston v2 API and runs strangers' code in sandboxes until
/// SIGTERM or SIGINT. The value is the process's exit code; an error is one clear line for the
/// terminal (nothing was started then).
///
/// Threads: call it on the main thread before the process has any other: it forks the small
///          process that makes the sandboxes, and a fork of a threaded process is not safe.
/// Parent:  with CODENCOLLAB_RUNNER_READY_FD in the environment the port is written to that
///          descriptor, as digits and a line feed, once requests are answered.
Result<int> run(RunnerSettings settings);

}  // namespace codencollab::runner
