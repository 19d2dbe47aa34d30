#pragma once

#include "app/settings.h"
#include "base/error.h"

#include <filesystem>

namespace codencollab::app {

/// The environment's share; `environment` is `environ` of a process. A variable that begins with
/// CODENCOLLAB_ and is none of ours fails with `bad_payload`.
Result<SettingValues> read_environment(const char* const* environment);
/// Fails with `bad_payload` and names the variable when one asks for what this version does not
/// have: another database, other nodes. If it were ignored, rooms would be kept where nobody looks.
Result<> check_supported(const char* const* environment);
/// The file's share; none when there is no such file and it is optional. An unknown key fails
/// with `bad_payload`.
enum class ConfigFile { required, optional };
Result<SettingValues> read_config_file(const std::filesystem::path& path, ConfigFile needed);

}  // namespace codencollab::app
