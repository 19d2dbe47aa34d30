#include "app/places.h"

#include <initializer_list>
#include <system_error>

namespace codencollab::app {

namespace {

namespace fs = std::filesystem;

/// The first of them that has `mark` in it, else the last.
fs::path first_with(const fs::path& mark, std::initializer_list<fs::path> candidates) {
    std::error_code ignored;
    for (const fs::path& candidate : candidates) {
        if (fs::exists(candidate / mark, ignored)) return candidate.lexically_normal();
    }
    return (candidates.end() - 1)->lexically_normal();
}

fs::path program_dir() {
    std::error_code failed;
    const fs::path program = fs::read_symlink("/proc/self/exe", failed);
    return failed ? fs::current_path(failed) : program.parent_path();
}

}  // namespace

fs::path web_client_dir() {
    const fs::path here = program_dir();
    return first_with(
        "index.html",
        {here / "../share/codencollab/web",
         here / "../../web/dist",
         fs::path(CODENCOLLAB_SOURCE_DIR) / "web/dist"});
}

fs::path runtimes_dir() {
    const fs::path here = program_dir();
    return first_with(
        "python.toml",
        {here / "../share/codencollab/runtimes",
         here / "../../runtimes",
         fs::path(CODENCOLLAB_SOURCE_DIR) / "runtimes"});
}

}  // namespace codencollab::app
