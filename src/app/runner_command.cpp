#include "app/runner_command.h"

#include "app/places.h"

namespace codencollab::app {

executor::RunnerProcessSettings runner_process_settings(
    const Settings& settings, const RunnerCommand& command) {
    const auto runtimes = settings.runtimes_dir.empty() ? runtimes_dir() : settings.runtimes_dir;
    executor::RunnerProcessSettings process;
    process.program = command.program;
    auto& arguments = process.arguments;
    arguments.insert(arguments.end(), {"--runtimes", runtimes.string()});
    arguments.insert(arguments.end(), command.more_arguments.begin(), command.more_arguments.end());
    return process;
}

}  // namespace codencollab::app
