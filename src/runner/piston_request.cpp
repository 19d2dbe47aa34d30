#include "runner/piston_request.h"

#include "runner/java_names.h"
#include "wire/base64.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

namespace codencollab::runner {

namespace json = boost::json;

namespace {

std::unexpected<Error> refuse(std::string message) {
    return fail(ErrorCode::bad_request, std::move(message));
}

const json::value* field(const json::object& object, std::string_view name) {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &found->value();
}

std::optional<std::string> non_empty_text(const json::object& object, std::string_view name) {
    const json::value* value = field(object, name);
    if (value == nullptr || !value->is_string() || value->get_string().empty()) return std::nullopt;
    return std::string(value->get_string());
}

/// What JavaScript takes for false: absent, null, false, 0, NaN and the empty string.
bool is_falsy(const json::value* value) {
    if (value == nullptr || value->is_null()) return true;
    if (value->is_bool()) return !value->get_bool();
    if (value->is_string()) return value->get_string().empty();
    return value->is_number() && value->to_number<double>() == 0;
}

/// Files as Piston counts them: `encoding` absent, empty or the word.
bool is_text_file(const json::value& file) {
    if (!file.is_object()) return false;
    const json::value* encoding = field(file.get_object(), "encoding");
    return is_falsy(encoding) || (encoding->is_string() && encoding->get_string() == "utf8");
}

/// One of the six limits: Piston's checks in its order. `configured` is the limit and the maximum.
Result<double> check_limit(const json::object& body, const std::string& name, double configured) {
    const json::value* value = field(body, name);
    if (is_falsy(value)) return configured;
    if (!value->is_number()) return refuse(fmt::format("If specified, {} must be a number", name));
    const double number = value->to_number<double>();
    if (number > configured) {
        return refuse(
            fmt::format("{} cannot exceed the configured limit of {:.0f}", name, configured));
    }
    if (number < 0) return refuse(fmt::format("{} must be non-negative", name));
    const double whole = std::floor(number);
    return whole < 1 ? configured : whole;
}

std::chrono::milliseconds as_ms(double value) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(value));
}

Result<> check_limits(const json::object& body, PistonRequest& request) {
    StageLimits* const stages[] = {&request.compile_limits, &request.run_limits};
    constexpr std::array prefixes = {"compile", "run"};
    for (std::size_t i = 0; i < 2; ++i) {
        auto checked = check_limit(
            body,
            fmt::format("{}_memory_limit", prefixes[i]),
            static_cast<double>(stages[i]->memory_bytes));
        if (!checked) return std::unexpected(std::move(checked).error());
        // Below this not even an interpreter's start fits, and the sandbox itself needs some.
        constexpr double least_memory = 4 << 20;
        stages[i]->memory_bytes = static_cast<std::uint64_t>(std::max(*checked, least_memory));
    }
    for (std::size_t i = 0; i < 2; ++i) {
        auto checked = check_limit(
            body,
            fmt::format("{}_timeout", prefixes[i]),
            static_cast<double>(stages[i]->wall.count()));
        if (!checked) return std::unexpected(std::move(checked).error());
        stages[i]->wall = as_ms(*checked);
    }
    for (std::size_t i = 0; i < 2; ++i) {
        auto checked = check_limit(
            body,
            fmt::format("{}_cpu_time", prefixes[i]),
            static_cast<double>(stages[i]->cpu.count()));
        if (!checked) return std::unexpected(std::move(checked).error());
        stages[i]->cpu = as_ms(*checked);
    }
    return {};
}

/// Why a path cannot be a file's name; nothing when it can.
std::optional<std::string> fault_of(std::string_view path, const RequestRules& rules) {
    if (path.starts_with('/')) return "must stay inside the job directory";
    bool climbs = false;
    bool valid = path.size() <= rules.path_bytes_max;
    std::size_t components = 0;
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view component = path.substr(start, end - start);
        climbs = climbs || component == "..";
        valid = valid && !component.empty() && component != "." &&
                component.size() <= rules.name_bytes_max;
        ++components;
        start = end + 1;
    }
    if (climbs) return "must stay inside the job directory";
    valid = valid && components <= rules.folders_max && std::ranges::none_of(path, [](char c) {
                return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\';
            });
    if (!valid) return "is not a valid file name";
    return std::nullopt;
}

bool has_extension(std::string_view path) {
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    return dot != std::string_view::npos && dot > 0;
}

bool is_of_language(std::string_view path, const Runtime& runtime) {
    return std::ranges::any_of(runtime.extensions, [&](const std::string& extension) {
        return path.ends_with(extension);
    });
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(high * 16 + low));
    }
    return bytes;
}

struct CheckedFile {
    std::string name;  // empty: the request gave none
    std::string bytes;
    bool is_text = true;
};

/// One element of `files`, past Piston's own checks.
Result<CheckedFile> check_file(
    const json::object& file, std::size_t index, const RequestRules& rules) {
    CheckedFile checked;
    if (const json::value* name = field(file, "name"); !is_falsy(name)) {
        if (!name->is_string())
            return refuse(fmt::format("files[{}].name must be a string", index));
        checked.name = std::string(name->get_string());
        if (const auto fault = fault_of(checked.name, rules)) {
            return refuse(fmt::format("files[{}].name {}", index, *fault));
        }
    }
    const std::string_view content = file.at("content").get_string();
    const json::value* encoding = field(file, "encoding");
    if (is_falsy(encoding) || (encoding->is_string() && encoding->get_string() == "utf8")) {
        checked.bytes = content;
        return checked;
    }
    checked.is_text = false;
    std::optional<std::string> bytes;
    if (encoding->is_string() && encoding->get_string() == "base64") {
        bytes = wire::base64_decoded(content);
    } else if (encoding->is_string() && encoding->get_string() == "hex") {
        bytes = from_hex(content);
    } else {
        return refuse(fmt::format("files[{}].encoding must be one of base64, hex, utf8", index));
    }
    if (!bytes) {
        return refuse(fmt::format(
            "files[{}].content is not valid {}", index, std::string_view(encoding->get_string())));
    }
    checked.bytes = std::move(*bytes);
    return checked;
}

/// What a file is called that came without a name or without an extension.
std::string full_name(
    const CheckedFile& file, std::size_t index, bool is_main, const Runtime& runtime) {
    if (!file.is_text) return file.name.empty() ? fmt::format("file{}.code", index) : file.name;
    if (!file.name.empty())
        return has_extension(file.name) ? file.name : file.name + runtime.extension;
    if (runtime.named_by_class) {
        if (const std::string name = find_java_names(file.bytes).public_class; !name.empty()) {
            return name + runtime.extension;
        }
    }
    if (is_main) return (runtime.named_by_class ? "Main" : "main") + runtime.extension;
    return fmt::format("file{}{}", index, runtime.extension);
}

Result<> take_files(const json::array& files, const RequestRules& rules, PistonRequest& request) {
    if (files.size() > rules.files_max) {
        return refuse(fmt::format("too many files: at most {}", rules.files_max));
    }
    std::set<std::string> used;     // files
    std::set<std::string> folders;  // and what must be folders for them
    std::size_t bytes = 0;
    bool found_main = false;
    for (std::size_t i = 0; i < files.size(); ++i) {
        auto file = check_file(files[i].get_object(), i, rules);
        if (!file) return std::unexpected(std::move(file).error());
        const bool is_main = file->is_text && !found_main;
        std::string path = full_name(*file, i, is_main, *request.runtime);

        bool clashes = folders.contains(path) || !used.insert(path).second;
        for (std::size_t slash = path.find('/'); slash != std::string::npos;
             slash = path.find('/', slash + 1)) {
            const std::string folder = path.substr(0, slash);
            clashes = clashes || used.contains(folder);
            folders.insert(folder);
        }
        if (clashes) return refuse(fmt::format("files[{}].name is already used", i));
        bytes += file->bytes.size();
        if (bytes > rules.files_bytes_max) {
            return refuse(fmt::format("files exceed the limit of {} bytes", rules.files_bytes_max));
        }

        if (request.runtime->named_by_class && file->is_text && request.main_class.empty()) {
            request.main_class = find_java_names(file->bytes).main_class;
        }
        if (file->is_text && (is_main || is_of_language(path, *request.runtime))) {
            request.language_files.push_back(path);
        }
        SourceFile source{std::move(path), std::move(file->bytes)};
        if (is_main) {
            found_main = true;
            request.files.insert(request.files.begin(), std::move(source));
        } else {
            request.files.push_back(std::move(source));
        }
    }
    return {};
}

Result<> take_args(const json::object& body, PistonRequest& request) {
    if (const json::value* args = field(body, "args"); args != nullptr && !args->is_null()) {
        if (!args->is_array()) return refuse("args must be an array of strings");
        for (const json::value& arg : args->get_array()) {
            if (!arg.is_string()) return refuse("args must be an array of strings");
            request.args.emplace_back(arg.get_string());
            if (request.args.back().find('\0') != std::string::npos) {
                return refuse("args must not hold NUL characters");
            }
        }
    }
    constexpr std::size_t args_max = 256;
    constexpr std::size_t args_bytes_max = 128 << 10;
    std::size_t args_bytes = 0;
    for (const std::string& arg : request.args)
        args_bytes += arg.size() + 1;
    if (request.args.size() > args_max || args_bytes > args_bytes_max) {
        return refuse(fmt::format(
            "args exceed the limit of {} strings or {} bytes", args_max, args_bytes_max));
    }
    return {};
}

Result<> take_stdin_and_output(const json::object& body, PistonRequest& request) {
    const auto is_word = [&](const char* name, std::string_view word) {
        const json::value* value = field(body, name);
        return value != nullptr && value->is_string() && value->get_string() == word;
    };
    if (const json::value* text = field(body, "stdin"); text != nullptr && !text->is_null()) {
        if (!text->is_string()) return refuse("stdin must be a string");
        request.stdin_bytes = std::string(text->get_string());
        if (is_word("stdin_encoding", "base64")) {
            auto decoded = wire::base64_decoded(request.stdin_bytes);
            if (!decoded) return refuse("stdin is not valid base64");
            request.stdin_bytes = std::move(*decoded);
        }
    }
    request.base64_output = is_word("output_encoding", "base64");
    const json::value* send = field(body, "send_stdin");
    request.send_stdin = send != nullptr && send->is_bool() && send->get_bool();
    return {};
}

std::string replaced(std::string text, std::string_view placeholder, std::string_view value) {
    for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos;
         at += value.size()) {
        text.replace(at, placeholder.size(), value);
    }
    return text;
}

}  // namespace

Result<PistonRequest> parse_request(
    const json::value& body, const Runtimes& runtimes, const RequestRules& rules) {
    static const json::object nothing;
    const json::object& object = body.is_object() ? body.get_object() : nothing;
    const auto language = non_empty_text(object, "language");
    if (!language) return refuse("language is required as a string");
    const auto version = non_empty_text(object, "version");
    if (!version) return refuse("version is required as a string");
    const json::value* files = field(object, "files");
    if (files == nullptr || !files->is_array()) return refuse("files is required as an array");
    const json::array& list = files->get_array();
    for (std::size_t i = 0; i < list.size(); ++i) {
        if (!list[i].is_object()) return refuse(fmt::format("files[{}] must be an object", i));
        const json::value* content = field(list[i].get_object(), "content");
        if (content == nullptr || !content->is_string()) {
            return refuse(fmt::format("files[{}].content is required as a string", i));
        }
    }

    PistonRequest request;
    request.runtime = runtimes.find(*language, *version);
    if (request.runtime == nullptr) {
        return refuse(fmt::format("{}-{} runtime is unknown", *language, *version));
    }
    if (std::ranges::none_of(list, is_text_file)) {
        return refuse("files must include at least one utf8 encoded file");
    }
    if (request.runtime->compile) request.compile_limits = request.runtime->compile->limits;
    request.run_limits = request.runtime->run.limits;
    // An optional field of ours: a run that nobody types into has the limit of any other.
    const json::value* interactive = field(object, "interactive");
    const bool nobody_types =
        interactive != nullptr && interactive->is_bool() && !interactive->get_bool();
    if (rules.interactive_wall && !nobody_types) {
        request.run_limits.wall = std::max(request.run_limits.wall, *rules.interactive_wall);
    }
    if (auto checked = check_limits(object, request); !checked) {
        return std::unexpected(std::move(checked).error());
    }
    if (auto taken = take_files(list, rules, request); !taken) {
        return std::unexpected(std::move(taken).error());
    }
    if (auto taken = take_args(object, request); !taken) {
        return std::unexpected(std::move(taken).error());
    }
    if (auto taken = take_stdin_and_output(object, request); !taken) {
        return std::unexpected(std::move(taken).error());
    }
    return request;
}

std::vector<std::string> command_of(const StageRecipe& recipe, const PistonRequest& request) {
    const std::string& main = request.files.front().path;
    const std::string stem = main.substr(0, main.rfind('.'));
    // A path that begins with a dash would be an option to the compiler.
    const auto as_argument = [](const std::string& path) {
        return path.starts_with('-') ? "./" + path : path;
    };
    std::vector<std::string> command;
    for (const std::string& word : recipe.command) {
        if (word == "{files}") {
            for (const std::string& path : request.language_files)
                command.push_back(as_argument(path));
        } else if (word == "{args}") {
            command.insert(command.end(), request.args.begin(), request.args.end());
        } else {
            std::string filled = replaced(word, "{main}", as_argument(main));
            filled = replaced(std::move(filled), "{stem}", as_argument(stem));
            filled = replaced(
                std::move(filled),
                "{class}",
                request.main_class.empty() ? stem : request.main_class);
            command.push_back(std::move(filled));
        }
    }
    return command;
}

}  // namespace codencollab::runner
