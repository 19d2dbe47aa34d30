#pragma once

#include <filesystem>

namespace codencollab::app {

/// Where this program's own files are: looked for beside the program, as an installation has them,
/// and in the source tree that it was built in.

/// The built web client, the folder of index.html. Where nothing is built: where it would be.
std::filesystem::path web_client_dir();
/// The folder of the languages.
std::filesystem::path runtimes_dir();

}  // namespace codencollab::app
