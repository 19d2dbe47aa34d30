#pragma once

#include "base/error.h"
#include "room/executor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace codencollab::executor {

/// A Piston service's URL in parts.
struct PistonUrl {
    std::string host;
    std::string port;
    std::string path;  // in front of /api/v2; empty or "/…" without a slash at its end

    std::string authority() const;
};

/// Takes "http://host", "http://host:port" and with a path, "/api/v2" at its end or not. Fails with
/// `bad_payload`; https is not spoken.
Result<PistonUrl> parse_piston_url(std::string_view url);

/// What GET /api/v2/runtimes answered. Fails with `bad_payload` when it is nothing of the kind.
Result<std::vector<room::Runtime>> parse_runtimes(std::string_view text);

/// The messages of a run's client.
std::string init_message(const room::RunRequest& request);
std::string input_message(std::string_view data, bool eof);
std::string kill_message();

/// The messages of the service; optional fields are those that only our runner sends.
struct Queued {
    std::size_t position = 0;
};
struct Prepared {
    std::string version;
};
enum class Stage { compile, run };
struct StageStarted {
    Stage stage = Stage::run;
};
struct Data {
    bool is_error = false;
    std::string text;
};
struct StageExit {
    Stage stage = Stage::run;
    std::optional<int> code;
    std::optional<std::string> signal;
    std::optional<std::string> status;
    std::string message;
    std::optional<std::string> limit;
    bool truncated = false;
    bool out_of_memory = false;
    std::int64_t cpu_ms = 0;
    std::optional<std::int64_t> wall_ms;
    std::int64_t memory_bytes = 0;
};
struct Refused {
    std::string message;
};
/// Unknown types and what cannot be read: ignored.
struct Unknown {};
using PistonMessage =
    std::variant<Unknown, Queued, Prepared, StageStarted, Data, StageExit, Refused>;

PistonMessage parse_message(std::string_view text);

}  // namespace codencollab::executor
