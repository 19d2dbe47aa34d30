#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "runner/stage.h"
#include "runner/version.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::runner {

/// How one stage of a language is started. Words of the command may hold `{main}` (the main file),
/// `{stem}` (its name without the extension), `{class}` (Java's main class), and be `{files}` (all
/// files of the language) or `{args}` (the request's), which stand for any number of words.
struct StageRecipe {
    std::vector<std::string> command;
    std::vector<std::string> env;
    StageLimits limits;
};

/// A language as its file in `runtimes/` describes it and this host has it.
struct Runtime {
    std::string language;
    Version version;
    std::vector<std::string> aliases;
    std::string
        group;  // Piston's `runtime`: the package that brings several languages; may be empty
    std::string display;                  // "Python 3.11"
    std::string extension;                // ".py": what a file without one gets
    std::vector<std::string> extensions;  // what counts as a file of the language
    std::string starter;
    bool named_by_class = false;  // Java: a nameless file is called after its public class
    std::vector<Bind> binds;
    std::optional<StageRecipe> compile;
    StageRecipe run;
    bool installed = false;
};

/// Runs a version command in a sandbox and gives what it printed.
using Probe = std::function<Result<std::string>(
    const std::vector<std::string>& command, const Runtime& runtime)>;

/// All languages of one folder of runtime files.
class Runtimes {
  public:
    /// Reads every `*.toml` in `folder` and asks each one's program for its version. A language
    /// whose program is missing is kept as not installed; a file that is wrong fails the whole with
    /// `bad_payload`, naming the place.
    static Result<Runtimes> load(
        const std::filesystem::path& folder, const Limits& limits, const Probe& probe);

    /// The installed runtime with that name or alias and the greatest version in the range.
    const Runtime* find(std::string_view language, std::string_view range) const;
    const std::vector<Runtime>& all() const { return all_; }

  private:
    std::vector<Runtime> all_;
};

/// One runtime file's text, not yet probed. `folder` is what `{runtimes}` in a bind stands for.
Result<Runtime> parse_runtime(
    std::string_view toml, const std::filesystem::path& folder, const Limits& limits);

}  // namespace codencollab::runner
