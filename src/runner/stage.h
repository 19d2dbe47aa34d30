#pragma once

#include "base/error.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::runner {

/// What one stage (compile or run) may use. Sizes are bytes.
struct StageLimits {
    std::chrono::milliseconds wall{10'000};
    std::chrono::milliseconds cpu{3'000};
    std::uint64_t memory_bytes = 256 << 20;
    std::uint64_t processes = 64;  // threads count
    std::uint64_t folder_bytes = 64 << 20;
    std::uint64_t file_bytes = 64 << 20;
};

/// A file or folder of the host that a sandbox sees, read-only.
struct Bind {
    std::string source;
    std::string target;
};

/// A file of the request: a checked relative path and its bytes.
struct SourceFile {
    std::string path;
    std::string bytes;
};

/// Everything that a sandbox needs to know to run one program.
struct StageSpec {
    std::vector<std::string> argv;
    std::vector<std::string> env;
    std::vector<Bind> binds;
    std::vector<SourceFile> files;  // written before the program starts; the first stage only
    StageLimits limits;
    bool loopback = false;  // whether the sandbox's own 127.0.0.1 is up
};

/// The form in which a spec travels from the runner to the spawner: one binary of one build speaks
/// to itself, so it has no versions. `decode_stage` fails with `internal` on anything else.
std::string encode_stage(const StageSpec& spec);
Result<StageSpec> decode_stage(std::string_view bytes);

/// Who ended the stage.
enum class Verdict : std::uint32_t {
    ended,      // the program itself, by exit or signal
    wall_time,  // the spawner, for one of its limits …
    cpu_time,
    memory,
    killed,  // … or because the runner asked (stop, output over its limit)
    failed,  // the sandbox could not be made; `message` says what is missing
};

/// How a stage ended and what it took.
struct StageEnd {
    Verdict verdict = Verdict::failed;
    int wait_status = 0;  // as waitpid reports it, when verdict is `ended`
    bool memory_hit = false;
    bool processes_hit = false;
    std::int64_t wall_us = 0;
    std::int64_t cpu_us = 0;
    std::int64_t memory_bytes = 0;
    std::int64_t setup_us = 0;  // from the request's arrival to the program's start
    std::string message;
};

}  // namespace codencollab::runner
