#include "room/languages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace codencollab::room {

namespace {
constexpr std::size_t name_bytes_max = 40;
}

const Runtime* find_runtime(const std::vector<Runtime>& runtimes, std::string_view language) {
    const auto found = std::ranges::find_if(runtimes, [language](const Runtime& runtime) {
        return runtime.language == language ||
               std::ranges::find(runtime.aliases, language) != runtime.aliases.end();
    });
    return found == runtimes.end() ? nullptr : &*found;
}

Result<std::string> canonical_language(
    const std::vector<Runtime>& runtimes, std::string_view language) {
    if (const Runtime* runtime = find_runtime(runtimes, language)) return runtime->language;
    const bool is_name = !language.empty() && language.size() <= name_bytes_max;
    if (runtimes.empty() && is_name) return std::string(language);
    std::vector<std::string> names;
    for (const Runtime& runtime : runtimes)
        names.push_back(runtime.language);
    return fail(
        ErrorCode::unsupported_language,
        fmt::format(
            "This server cannot run '{}'. Choose one of: {}.",
            language.substr(0, name_bytes_max),
            fmt::join(names, ", ")));
}

}  // namespace codencollab::room
