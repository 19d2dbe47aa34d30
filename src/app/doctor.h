#pragma once

#include "app/node.h"
#include "app/settings.h"

namespace codencollab::app {

/// The `doctor` subcommand: checks what `serve` with these settings will need of this machine, a
/// line each, and says how to mend what is missing. Answers the exit code: 0 when all is well.
int doctor(const Settings& settings, const RunnerCommand& runner);

}  // namespace codencollab::app
