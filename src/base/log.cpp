#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>

namespace codencollab {

Result<> start_log(const std::string& level, LogFormat format) {
    const auto parsed = spdlog::level::from_str(level);
    // from_str answers `off` for every word that it does not know.
    if (parsed == spdlog::level::off && level != "off") {
        return fail(
            ErrorCode::bad_payload,
            fmt::format(
                "Unknown log level '{}'. Take one of trace, debug, info, warn, error, off.",
                level));
    }
    auto logger = spdlog::stderr_color_mt("codencollab");
    logger->set_level(parsed);
    if (format == LogFormat::json) {
        // spdlog's text pattern cannot escape a message; %v stays last so that a line is still
        // readable where a message holds a quote.
        logger->set_pattern(
            R"({"at":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})",
            spdlog::pattern_time_type::utc);
    } else {
        logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    }
    spdlog::set_default_logger(std::move(logger));
    return {};
}

}  // namespace codencollab
