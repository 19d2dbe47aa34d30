#pragma once

#include "app/settings.h"
#include "executor/runner_process.h"

#include <filesystem>
#include <string>
#include <vector>

namespace codencollab::app {

/// How the own runner is started: a program with the arguments that make it a runner, and these.
struct RunnerCommand {
    std::filesystem::path program = "/proc/self/exe";
    std::vector<std::string> more_arguments;
};

executor::RunnerProcessSettings runner_process_settings(
    const Settings& settings, const RunnerCommand& command);

}  // namespace codencollab::app
