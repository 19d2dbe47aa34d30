#include "app/settings.h"

#include "app/limit_settings.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <thread>

namespace codencollab::app {

namespace {

constexpr std::string_view limit_key_prefix = "limits.";
constexpr std::string_view variable_prefix = "CODENCOLLAB_";
constexpr std::string_view limit_variable_prefix = "CODENCOLLAB_LIMIT_";
/// What serve hands to the runner that it starts (runner/runner.h).
constexpr std::string_view runner_variable_prefix = "CODENCOLLAB_RUNNER_";
/// Of base/fault_point.h: in a build without fault points it is no setting.
constexpr std::string_view fault_variable =
#ifdef CODENCOLLAB_FAULT_POINTS
    "CODENCOLLAB_FAULT";
#else
    "";
#endif
constexpr std::size_t threads_max = 256;

std::string default_threads_text() {
    return fmt::to_string(std::max(1U, std::thread::hardware_concurrency()));
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& letter : result) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
    }
    return result;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& letter : result) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return result;
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// `scheme://host[:port]` and nothing after it: what a browser sends as `Origin`.
Result<std::string> parse_origin(std::string_view text) {
    std::string origin(trim(text));
    if (origin.ends_with('/')) origin.pop_back();
    const auto scheme_end = origin.find("://");
    const bool is_web = origin.starts_with("http://") || origin.starts_with("https://");
    if (!is_web || origin.size() == scheme_end + 3 ||
        origin.find_first_of("/?#* ", scheme_end + 3) != std::string::npos) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("'{}' is no origin. It looks like https://app.example.com.", text));
    }
    return lower(origin);
}

Result<std::string> parse_url(std::string_view text) {
    std::string url(trim(text));
    while (url.ends_with('/'))
        url.pop_back();
    const bool is_web = url.starts_with("http://") || url.starts_with("https://");
    if (!is_web || url.ends_with("://") || url.find(' ') != std::string::npos) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("'{}' is no URL. It begins with http:// or https://.", text));
    }
    return url;
}

Result<> apply(Settings& settings, const std::string& key, const std::vector<std::string>& values) {
    const std::string& value = values.back();
    if (key == "listen") {
        auto address = parse_listen_address(value);
        if (!address) return std::unexpected(std::move(address).error());
        settings.listen = *address;
    } else if (key == "data" || key == "static" || key == "runtimes") {
        if (value.empty()) return fail(ErrorCode::bad_payload, "A folder's name is missing.");
        auto& path = key == "data"     ? settings.data
                     : key == "static" ? settings.static_dir
                                       : settings.runtimes_dir;
        path = value;
    } else if (key == "supabase_url") {
        auto url = parse_url(value);
        if (!url) return std::unexpected(std::move(url).error());
        settings.supabase_url = *url;
    } else if (key == "public_url") {
        auto url = parse_url(value);
        if (!url) return std::unexpected(std::move(url).error());
        settings.public_url = *url;
    } else if (key == "supabase_jwt_secret") {
        settings.supabase_jwt_secret = value;
    } else if (key == "supabase_anon_key") {
        settings.supabase_anon_key = value;
    } else if (key == "frontend_origin") {
        for (const std::string& text : values) {
            auto origin = parse_origin(text);
            if (!origin) return std::unexpected(std::move(origin).error());
            settings.frontend_origins.push_back(*origin);
        }
    } else if (key == "piston_api") {
        if (value == "spawn") return {};
        auto url = parse_url(value);
        if (!url) return std::unexpected(std::move(url).error());
        settings.piston_api = *url;
    } else if (key == "threads") {
        std::size_t count = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
        if (error != std::errc{} || end != value.data() + value.size() || count < 1 ||
            count > threads_max) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format("'{}' is no number from 1 to {}.", value, threads_max));
        }
        settings.threads = count;
    } else if (key == "log_level") {
        constexpr std::string_view levels[] = {"trace", "debug", "info", "warn", "error", "off"};
        if (std::ranges::find(levels, value) == std::end(levels)) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format(
                    "'{}' is no log level. Take trace, debug, info, warn, error or off.", value));
        }
        settings.log_level = value;
    } else if (key == "log_format") {
        if (value != "text" && value != "json") {
            return fail(
                ErrorCode::bad_payload,
                fmt::format("'{}' is no log format. Take text or json.", value));
        }
        settings.log_format = value == "json" ? LogFormat::json : LogFormat::text;
    } else if (key.starts_with(limit_key_prefix)) {
        return set_limit(settings.limits, key.substr(limit_key_prefix.size()), value);
    } else {
        return fail(ErrorCode::bad_payload, "There is no such setting.");
    }
    return {};
}

/// How a person finds the setting again: the flag, the variable or the key of the file.
enum class Source { flag, environment, file };

std::string name_in(Source source, const std::string& key) {
    if (key.starts_with(limit_key_prefix)) {
        const std::string name = key.substr(limit_key_prefix.size());
        if (source == Source::environment)
            return fmt::format("{}{}", limit_variable_prefix, upper(name));
        return fmt::format("'{}' in [limits] of the configuration file", name);
    }
    const auto& all = setting_help();
    const auto found = std::ranges::find(all, key, &SettingHelp::key);
    if (found == all.end()) return key;
    if (source == Source::flag) return found->flag;
    if (source == Source::environment) return found->environment;
    return fmt::format("'{}' in the configuration file", key);
}

Result<std::vector<std::string>> texts_of(const toml::node& node) {
    std::vector<std::string> texts;
    if (const auto text = node.value_exact<std::string>()) {
        texts.push_back(*text);
    } else if (const auto number = node.value_exact<std::int64_t>()) {
        texts.push_back(fmt::to_string(*number));
    } else if (const auto* array = node.as_array()) {
        for (const toml::node& item : *array) {
            auto inner = texts_of(item);
            if (!inner || item.is_array()) {
                return fail(ErrorCode::bad_payload, "A list may hold texts alone.");
            }
            texts.insert(texts.end(), inner->begin(), inner->end());
        }
    } else {
        return fail(ErrorCode::bad_payload, "It has to be a text or a whole number.");
    }
    if (texts.empty()) return fail(ErrorCode::bad_payload, "Its list is empty.");
    return texts;
}

}  // namespace

Result<ListenAddress> parse_listen_address(const std::string& text) {
    std::string host = "127.0.0.1";
    std::string port = text;
    if (const auto colon = text.rfind(':'); colon != std::string::npos) {
        if (colon > 0) host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    unsigned number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (host.empty() || port.empty() || error != std::errc{} || end != port.data() + port.size() ||
        number > 65'535) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("'{}' is no address. It looks like 127.0.0.1:8000.", text));
    }
    return ListenAddress{host, static_cast<std::uint16_t>(number)};
}

std::string to_string(const ListenAddress& address) {
    const bool is_v6 = address.host.find(':') != std::string::npos;
    return fmt::format(fmt::runtime(is_v6 ? "[{}]:{}" : "{}:{}"), address.host, address.port);
}

const std::vector<SettingHelp>& setting_help() {
    static const std::vector<SettingHelp> all = {
        {"listen",
         "--listen",
         "CODENCOLLAB_LISTEN",
         "HOST:PORT",
         "Where to listen. Default: 127.0.0.1:8000"},
        {"data",
         "--data",
         "CODENCOLLAB_DATA",
         "DIR",
         "Where rooms, people and keys are kept. Default: ./data"},
        {"static",
         "--static",
         "CODENCOLLAB_STATIC",
         "DIR",
         "The web client's files. Default: the built client (web/dist)"},
        {"runtimes",
         "--runtimes",
         "CODENCOLLAB_RUNTIMES",
         "DIR",
         "The languages of the own runner. Default: the project's runtimes folder"},
        {"supabase_url",
         "--supabase-url",
         "SUPABASE_URL",
         "URL",
         "A Supabase project for sign-in. Default: none, identity is embedded"},
        {"supabase_jwt_secret",
         "--supabase-jwt-secret",
         "SUPABASE_JWT_SECRET",
         "TEXT",
         "That project's secret for HS256 tokens. Default: none"},
        {"supabase_anon_key",
         "--supabase-anon-key",
         "SUPABASE_ANON_KEY",
         "TEXT",
         "That project's public key, for the web client. Default: none"},
        {"frontend_origin",
         "--frontend-origin",
         "FRONTEND_ORIGIN",
         "ORIGIN",
         "A web origin that may use this server; repeatable, in the variable comma-separated. "
         "Default: this server's own",
         true},
        {"public_url",
         "--public-url",
         "CODENCOLLAB_PUBLIC_URL",
         "URL",
         "How people reach this server, for instance through a proxy; tokens name it. "
         "Default: http:// and where it listens"},
        {"piston_api",
         "--piston-api",
         "PISTON_API",
         "URL",
         "A Piston host that runs code. Default: spawn, a runner of its own"},
        {"threads",
         "--threads",
         "CODENCOLLAB_THREADS",
         "N",
         "Event loops. Default: one per core, " + default_threads_text() + " here"},
        {"log_level",
         "--log-level",
         "CODENCOLLAB_LOG_LEVEL",
         "LEVEL",
         "trace, debug, info, warn, error or off. Default: info"},
        {"log_format",
         "--log-format",
         "CODENCOLLAB_LOG_FORMAT",
         "FORMAT",
         "text or json. Default: text"},
    };
    return all;
}

std::string limits_help() {
    const Limits defaults;
    std::string text =
        "Limits: [limits] in codencollab.toml, or CODENCOLLAB_LIMIT_<NAME>, with their defaults:\n";
    for (const std::string_view name : limit_names()) {
        text += fmt::format(
            "  {:<58} {}\n",
            fmt::format("{}{}", limit_variable_prefix, upper(name)),
            limit_text(defaults, name));
    }
    return text;
}

Result<SettingValues> read_environment(const char* const* environment) {
    SettingValues values;
    for (; *environment; ++environment) {
        const std::string_view entry(*environment);
        const auto equals = entry.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string name(entry.substr(0, equals));
        const std::string value(entry.substr(equals + 1));

        const auto& all = setting_help();
        const auto setting = std::ranges::find(all, name, &SettingHelp::environment);
        const bool is_known = setting != all.end() || name == "CODENCOLLAB_CONFIG" ||
                              name == fault_variable || name.starts_with(runner_variable_prefix);
        if (name.starts_with(limit_variable_prefix)) {
            const std::string limit = lower(name.substr(limit_variable_prefix.size()));
            if (limit_text(Limits{}, limit).empty()) {
                return fail(
                    ErrorCode::bad_payload,
                    fmt::format("{} is no limit; `codencollab serve --help` lists them.", name));
            }
            values[fmt::format("{}{}", limit_key_prefix, limit)] = {value};
        } else if (!is_known && name.starts_with(variable_prefix)) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format("{} is no setting; `codencollab serve --help` lists them.", name));
        } else if (setting == all.end() || value.empty()) {
            continue;  // an empty variable means "not set", as compose files write it
        } else if (setting->repeatable) {
            std::string_view rest = value;
            while (!rest.empty()) {
                const auto comma = rest.find(',');
                const std::string_view item = trim(rest.substr(0, comma));
                if (!item.empty()) values[setting->key].emplace_back(item);
                rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
            }
        } else {
            values[setting->key] = {value};
        }
    }
    return values;
}

Result<> check_supported(const char* const* environment) {
    struct Unsupported {
        std::string_view variable, instead;
    };
    constexpr std::string_view sqlite = "rooms are kept in SQLite under --data";
    constexpr Unsupported all[] = {
        {"DATABASE_URL", sqlite},
        {"DATABASE_URL_DIRECT", sqlite},
        {"NATS_URL", "a server works alone"},
    };
    for (; *environment; ++environment) {
        const std::string_view entry(*environment);
        const auto equals = entry.find('=');
        if (equals == std::string_view::npos || equals + 1 == entry.size()) continue;
        const auto found = std::ranges::find(all, entry.substr(0, equals), &Unsupported::variable);
        if (found == std::end(all)) continue;
        return fail(
            ErrorCode::bad_payload,
            fmt::format(
                "{} is set, but this version does not support it: {}. Unset it.",
                found->variable,
                found->instead));
    }
    return {};
}

Result<SettingValues> read_config_file(const std::filesystem::path& path, ConfigFile needed) {
    std::error_code missing;
    if (needed == ConfigFile::optional && !std::filesystem::exists(path, missing)) {
        return SettingValues{};
    }
    toml::table table;
    try {
        table = toml::parse_file(path.string());
    } catch (const toml::parse_error& error) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format(
                "Cannot read {} at line {}: {}.",
                path.string(),
                error.source().begin.line,
                error.description()));
    }

    SettingValues values;
    const auto take = [&](const std::string& key, const toml::node& node) -> Result<> {
        auto texts = texts_of(node);
        if (!texts) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format("{}: '{}': {}", path.string(), key, texts.error().message));
        }
        values[key] = std::move(*texts);
        return {};
    };
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        if (const toml::table* limits = name == "limits" ? node.as_table() : nullptr) {
            for (const auto& [limit_key, limit] : *limits) {
                const std::string limit_name(limit_key.str());
                if (limit_text(Limits{}, limit_name).empty()) {
                    return fail(
                        ErrorCode::bad_payload,
                        fmt::format(
                            "{}: there is no limit '{}'; `codencollab serve --help` lists them.",
                            path.string(),
                            limit_name));
                }
                const auto taken = take(fmt::format("{}{}", limit_key_prefix, limit_name), limit);
                if (!taken) return std::unexpected(taken.error());
            }
            continue;
        }
        const auto& all = setting_help();
        if (std::ranges::find(all, name, &SettingHelp::key) == all.end()) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format(
                    "{}: there is no setting '{}'; `codencollab serve --help` lists them.",
                    path.string(),
                    name));
        }
        const auto taken = take(name, node);
        if (!taken) return std::unexpected(taken.error());
    }
    return values;
}

Result<Settings> read_settings(
    const SettingValues& flags, const SettingValues& environment, const SettingValues& file) {
    struct Chosen {
        Source source;
        const std::vector<std::string>* values;
    };
    std::map<std::string, Chosen> chosen;  // the first source that has a key keeps it
    for (const auto& [key, values] : flags)
        chosen.try_emplace(key, Source::flag, &values);
    for (const auto& [key, values] : environment) {
        chosen.try_emplace(key, Source::environment, &values);
    }
    for (const auto& [key, values] : file)
        chosen.try_emplace(key, Source::file, &values);

    Settings settings;
    settings.threads = std::max(1U, std::thread::hardware_concurrency());
    for (const auto& [key, choice] : chosen) {
        const auto applied = apply(settings, key, *choice.values);
        if (!applied) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format("{}: {}", name_in(choice.source, key), applied.error().message));
        }
    }
    if (settings.supabase_url.empty() != settings.supabase_jwt_secret.empty()) {
        return fail(
            ErrorCode::bad_payload,
            "SUPABASE_URL and SUPABASE_JWT_SECRET belong together: set both, or neither for "
            "embedded identity.");
    }
    if (settings.limits.message_bytes > settings.limits.message_bytes_hard) {
        return fail(
            ErrorCode::bad_payload, "The limit message_bytes may not be above message_bytes_hard.");
    }
    return settings;
}

}  // namespace codencollab::app
