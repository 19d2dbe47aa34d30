#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>
#include <utility>

namespace codencollab {

/// What everybody logs while it lives, instead of on standard error. Read it when those who log
/// are idle: lines of other threads are put in whole, reading them takes no lock.
class CapturedLog {
  public:
    CapturedLog() {
        spdlog::set_default_logger(std::make_shared<spdlog::logger>(
            "captured", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines_)));
    }
    CapturedLog(const CapturedLog&) = delete;
    CapturedLog& operator=(const CapturedLog&) = delete;
    ~CapturedLog() { spdlog::set_default_logger(std::move(before_)); }

    bool holds(const std::string& part) const { return lines_.str().contains(part); }
    std::string text() const { return lines_.str(); }

  private:
    std::ostringstream lines_;
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

}  // namespace codencollab
