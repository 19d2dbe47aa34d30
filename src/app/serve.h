#pragma once

#include "app/node.h"
#include "app/settings.h"

namespace codencollab::app {

/// The `serve` subcommand: serves until SIGTERM or SIGINT, drains, and answers the exit code. A
/// second signal ends the process at once. Call it on the main thread, before others exist.
int serve(const Settings& settings, const RunnerCommand& runner);

}  // namespace codencollab::app
