#pragma once

#include "base/random.h"
#include "executor/piston_executor.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codencollab::executor {

struct RunnerProcessSettings {
    /// The program, and what makes it a runner on a free loopback port.
    std::filesystem::path program = "/proc/self/exe";
    std::vector<std::string> arguments = {"runner", "--listen", "127.0.0.1:0"};
    /// Waits between restarts grow from the first to the second; a runner that lived longer than
    /// the second starts over at the first.
    std::chrono::milliseconds backoff_first{200};
    std::chrono::milliseconds backoff_last{10'000};
    /// How long a new process may take until it answers requests.
    std::chrono::milliseconds start_timeout{20'000};
};

/// Keeps one `codencollab runner` alive beside this process: starts it, watches it, starts it again
/// when it dies, and takes it along when this process ends, however that happens.
///
/// Secrets: each start gets a random token in its environment, which no sandbox can see.
/// Threads: one of its own; `on_up` and `on_down` are called on it.
class RunnerProcess {
  public:
    /// The runner answers at this address.
    using OnUp = std::move_only_function<void(PistonAddress)>;
    /// It does not (any more); the sentence says why and what happens next.
    using OnDown = std::move_only_function<void(std::string reason)>;

    RunnerProcess(RunnerProcessSettings settings, Random& random, OnUp on_up, OnDown on_down);
    /// Ends the runner (SIGTERM, then SIGKILL) and waits for it.
    ~RunnerProcess();
    RunnerProcess(const RunnerProcess&) = delete;
    RunnerProcess& operator=(const RunnerProcess&) = delete;

  private:
    class Keeper;
    std::unique_ptr<Keeper> keeper_;
};

}  // namespace codencollab::executor
