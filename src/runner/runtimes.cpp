#include "runner/runtimes.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <toml++/toml.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <system_error>

namespace codencollab::runner {

namespace fs = std::filesystem;

namespace {

// What a sandbox's PATH is, and where programs are looked for on the host.
constexpr std::array program_folders = {"/usr/bin", "/usr/local/bin"};

/// Where the parsing has got to: the first thing that is wrong ends up in `wrong`.
class FileReader {
  public:
    explicit FileReader(const toml::table& table) : table_(table) {}

    std::string text(std::string_view key, bool required = false) {
        known_.emplace_back(key);
        const toml::node* node = table_.get(key);
        if (node == nullptr) {
            if (required) note(fmt::format("`{}` is missing", key));
            return {};
        }
        if (const auto value = node->value_exact<std::string>()) return *value;
        note(fmt::format("`{}` must be a string", key));
        return {};
    }
    std::vector<std::string> texts(std::string_view key, bool required = false) {
        known_.emplace_back(key);
        std::vector<std::string> values;
        const toml::node* node = table_.get(key);
        if (node == nullptr) {
            if (required) note(fmt::format("`{}` is missing", key));
            return values;
        }
        const toml::array* array = node->as_array();
        if (array == nullptr) {
            note(fmt::format("`{}` must be a list of strings", key));
            return values;
        }
        for (const toml::node& element : *array) {
            if (const auto value = element.value_exact<std::string>())
                values.push_back(*value);
            else
                note(fmt::format("`{}` must be a list of strings", key));
        }
        if (required && values.empty()) note(fmt::format("`{}` is empty", key));
        return values;
    }
    std::uint64_t number(std::string_view key, std::uint64_t otherwise) {
        known_.emplace_back(key);
        const toml::node* node = table_.get(key);
        if (node == nullptr) return otherwise;
        const auto value = node->value_exact<std::int64_t>();
        if (value && *value > 0) return static_cast<std::uint64_t>(*value);
        note(fmt::format("`{}` must be a positive number", key));
        return otherwise;
    }
    bool flag(std::string_view key) {
        known_.emplace_back(key);
        const toml::node* node = table_.get(key);
        if (node == nullptr) return false;
        if (const auto value = node->value_exact<bool>()) return *value;
        note(fmt::format("`{}` must be true or false", key));
        return false;
    }
    const toml::table* table(std::string_view key) {
        known_.emplace_back(key);
        const toml::node* node = table_.get(key);
        if (node != nullptr && !node->is_table()) note(fmt::format("`{}` must be a table", key));
        return node == nullptr ? nullptr : node->as_table();
    }
    /// What is wrong, unknown keys included; empty when nothing is.
    std::string finish() {
        for (const auto& [key, value] : table_) {
            if (std::ranges::find(known_, key.str()) == known_.end()) {
                note(fmt::format("`{}` is not a known key", key.str()));
            }
        }
        return wrong_;
    }
    void note(std::string what) {
        if (wrong_.empty()) wrong_ = std::move(what);
    }

  private:
    const toml::table& table_;
    std::vector<std::string> known_;
    std::string wrong_;
};

StageRecipe read_recipe(const toml::table& table, StageLimits limits, std::string& wrong) {
    FileReader reader(table);
    StageRecipe recipe;
    recipe.command = reader.texts("command", true);
    recipe.env = reader.texts("env");
    for (const std::string& variable : recipe.env) {
        if (variable.find('=') == std::string::npos) reader.note("`env` must hold NAME=value");
    }
    constexpr std::uint64_t mebibyte = 1 << 20;
    limits.memory_bytes = reader.number("memory_mib", limits.memory_bytes / mebibyte) * mebibyte;
    limits.wall = std::chrono::milliseconds(
        reader.number("wall_ms", static_cast<std::uint64_t>(limits.wall.count())));
    limits.cpu = std::chrono::milliseconds(
        reader.number("cpu_ms", static_cast<std::uint64_t>(limits.cpu.count())));
    limits.processes = reader.number("processes", limits.processes);
    recipe.limits = limits;
    if (wrong.empty()) wrong = reader.finish();
    return recipe;
}

std::string replaced(std::string text, std::string_view placeholder, std::string_view value) {
    for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos;
         at += value.size()) {
        text.replace(at, placeholder.size(), value);
    }
    return text;
}

/// A program's full path where it is there; a path inside the sandbox is looked for in the binds.
std::optional<std::string> find_program(
    const std::string& program, const std::vector<Bind>& binds) {
    if (program.starts_with("./")) return program;  // made by the compile stage
    if (!program.starts_with("/")) {
        for (const char* folder : program_folders) {
            std::string path = fmt::format("{}/{}", folder, program);
            if (::access(path.c_str(), X_OK) == 0) return path;
        }
        return std::nullopt;
    }
    for (const Bind& bind : binds) {
        if (!program.starts_with(bind.target)) continue;
        const std::string on_host = bind.source + program.substr(bind.target.size());
        return ::access(on_host.c_str(), X_OK) == 0 ? std::optional(program) : std::nullopt;
    }
    return ::access(program.c_str(), X_OK) == 0 ? std::optional(program) : std::nullopt;
}

bool resolve(std::vector<std::string>& command, const std::vector<Bind>& binds) {
    auto program = find_program(command[0], binds);
    if (program) command[0] = std::move(*program);
    return program.has_value();
}

/// Fills in what only this host knows: paths of programs and the version.
void look_on_host(Runtime& runtime, std::vector<std::string> version_command, const Probe& probe) {
    const auto is_missing = [](const Bind& bind) {
        return ::access(bind.source.c_str(), F_OK) != 0;
    };
    if (std::ranges::any_of(runtime.binds, is_missing)) return;
    if (!resolve(version_command, runtime.binds) || !resolve(runtime.run.command, runtime.binds))
        return;
    if (runtime.compile && !resolve(runtime.compile->command, runtime.binds)) return;
    const auto printed = probe(version_command, runtime);
    if (!printed) {
        spdlog::warn("{} is left out: {}", runtime.language, printed.error().message);
        return;
    }
    const auto version = find_version(*printed);
    if (!version) {
        spdlog::warn("{} is left out: its version command says nothing", runtime.language);
        return;
    }
    runtime.version = *version;
    runtime.display = replaced(
        runtime.display, "{version}", fmt::format("{}.{}", version->major, version->minor));
    runtime.installed = true;
}

struct Parsed {
    Runtime runtime;
    std::vector<std::string> version_command;
};

Result<Parsed> parse(std::string_view text, const fs::path& folder, const Limits& limits) {
    toml::table table;
    try {
        table = toml::parse(text);
    } catch (const toml::parse_error& error) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("line {}: {}", error.source().begin.line, error.description()));
    }
    FileReader reader(table);
    Parsed parsed;
    Runtime& runtime = parsed.runtime;
    runtime.language = reader.text("language", true);
    runtime.aliases = reader.texts("aliases");
    runtime.group = reader.text("runtime");
    runtime.display = reader.text("display", true);
    runtime.extension = reader.text("extension", true);
    runtime.extensions = reader.texts("other_extensions");
    runtime.extensions.insert(runtime.extensions.begin(), runtime.extension);
    runtime.starter = reader.text("starter");
    runtime.named_by_class = reader.flag("named_by_class");
    parsed.version_command = reader.texts("version_command", true);
    for (const std::string& pair : reader.texts("binds")) {
        const std::string filled = replaced(pair, "{runtimes}", fs::absolute(folder).string());
        const std::size_t colon = filled.rfind(':');
        if (colon == std::string::npos || filled[0] != '/') {
            reader.note("`binds` must hold /source:/target");
            continue;
        }
        runtime.binds.push_back({filled.substr(0, colon), filled.substr(colon + 1)});
    }

    StageLimits run_limits;
    run_limits.wall = limits.run_wall;
    run_limits.cpu = limits.run_cpu;
    run_limits.memory_bytes = limits.run_memory_bytes;
    run_limits.processes = limits.run_processes;
    run_limits.folder_bytes = limits.run_file_bytes;
    run_limits.file_bytes = limits.run_file_bytes;
    StageLimits compile_limits = run_limits;
    compile_limits.wall = limits.compile_wall;
    compile_limits.cpu = limits.compile_cpu;
    compile_limits.memory_bytes = limits.compile_memory_bytes;
    std::string wrong;
    if (const toml::table* stage = reader.table("compile")) {
        runtime.compile = read_recipe(*stage, compile_limits, wrong);
    }
    if (const toml::table* stage = reader.table("run")) {
        runtime.run = read_recipe(*stage, run_limits, wrong);
    } else {
        reader.note("`run` is missing");
    }
    if (std::string first = reader.finish(); !first.empty()) wrong = std::move(first);
    if (!wrong.empty()) return fail(ErrorCode::bad_payload, wrong);
    return parsed;
}

}  // namespace

Result<Runtime> parse_runtime(std::string_view toml, const fs::path& folder, const Limits& limits) {
    auto parsed = parse(toml, folder, limits);
    if (!parsed) return std::unexpected(std::move(parsed).error());
    return std::move(parsed->runtime);
}

Result<Runtimes> Runtimes::load(const fs::path& folder, const Limits& limits, const Probe& probe) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".toml") files.push_back(entry.path());
    }
    if (error) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format(
                "Cannot read the runtimes in {}: {}. Pass --runtimes.",
                folder.string(),
                error.message()));
    }
    std::ranges::sort(files);
    Runtimes runtimes;
    for (const fs::path& file : files) {
        std::ifstream in(file);
        std::stringstream text;
        text << in.rdbuf();
        auto parsed = parse(text.str(), folder, limits);
        if (!parsed) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format("{}: {}.", file.string(), parsed.error().message));
        }
        look_on_host(parsed->runtime, parsed->version_command, probe);
        runtimes.all_.push_back(std::move(parsed->runtime));
    }
    return runtimes;
}

const Runtime* Runtimes::find(std::string_view language, std::string_view range) const {
    const Runtime* best = nullptr;
    for (const Runtime& runtime : all_) {
        const bool named = runtime.language == language ||
                           std::ranges::find(runtime.aliases, language) != runtime.aliases.end();
        if (!runtime.installed || !named || !satisfies(runtime.version, range)) continue;
        if (best == nullptr || best->version < runtime.version) best = &runtime;
    }
    return best;
}

}  // namespace codencollab::runner
