#pragma once

#include "base/id.h"
#include "base/loop.h"
#include "room/run_result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace codencollab::room {

/// A language that can be run, as `GET /runtimes` shows it (Piston's shape and our optional
/// fields).
struct Runtime {
    std::string language;  // canonical: "python"
    std::string version;   // "3.11.2"
    std::vector<std::string> aliases;
    std::string display;    // "Python 3.11"; may be empty with a foreign Piston
    std::string extension;  // ".py"; may be empty with a foreign Piston
    std::string starter;    // starter code of a new room; may be empty with a foreign Piston
};

enum class OutputStream { stdout_, stderr_, compile, stdin_ };

struct RunRequest {
    RunId id;
    std::string language;  // canonical name of a runtime
    std::string version;   // "*" or a SemVer range
    std::string code;      // UTF-8
    std::string stdin_text;
    bool interactive = false;  // its input stays open for write_stdin
    std::vector<std::string> args;
};

/// What a run tells while it lives. Each is called on the loop that started the run, in order, and
/// `finished` last and exactly once, whatever happens to the runner.
struct RunObserver {
    std::move_only_function<void(std::size_t position)> queued;
    std::move_only_function<void(std::string version)> started;
    std::move_only_function<void(OutputStream stream, std::string data)> output;
    std::move_only_function<void(RunResult result)> finished;
};

/// The port to whatever runs code: our own runner or any Piston host. Runs happen elsewhere; no
/// call waits. Threads: one executor for each loop, used on that loop's thread alone.
class Executor {
  public:
    virtual ~Executor() = default;
    /// The languages there are now; empty while no runner answers.
    virtual std::shared_ptr<const std::vector<Runtime>> runtimes() const = 0;
    /// Empty when runs are possible, else why not and what to do.
    virtual std::string unavailable_reason() const = 0;
    virtual void start(RunRequest request, RunObserver observer) = 0;
    /// Input for a running program; ignored for a run that is unknown or over.
    virtual void write_stdin(const RunId& run, std::string data, bool eof) = 0;
    /// Ends a run: its `finished` follows with failure `killed`. Ignored for an unknown run.
    virtual void stop(const RunId& run) = 0;
};

}  // namespace codencollab::room
