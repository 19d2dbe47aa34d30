#include "app/settings.h"

#include "app/limit_settings.h"
#include "app/setting_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

namespace codencollab::app {

namespace {

constexpr std::size_t threads_max = 256;

std::string default_threads_text() {
    return fmt::to_string(std::max(1U, std::thread::hardware_concurrency()));
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

using Values = std::vector<std::string>;

template <auto Member>
Result<> set_text(Settings& settings, const Values& values) {
    settings.*Member = values.back();
    return {};
}

template <auto Member>
Result<> set_folder(Settings& settings, const Values& values) {
    if (values.back().empty()) return fail(ErrorCode::bad_payload, "A folder's name is missing.");
    settings.*Member = values.back();
    return {};
}

template <auto Member>
Result<> set_url(Settings& settings, const Values& values) {
    auto url = parse_url(values.back());
    if (!url) return std::unexpected(std::move(url).error());
    settings.*Member = *url;
    return {};
}

Result<> set_listen(Settings& settings, const Values& values) {
    auto address = parse_listen_address(values.back());
    if (!address) return std::unexpected(std::move(address).error());
    settings.listen = *address;
    return {};
}

Result<> set_origins(Settings& settings, const Values& values) {
    for (const std::string& text : values) {
        auto origin = parse_origin(text);
        if (!origin) return std::unexpected(std::move(origin).error());
        settings.frontend_origins.push_back(*origin);
    }
    return {};
}

Result<> set_piston(Settings& settings, const Values& values) {
    if (values.back() == "spawn") return {};
    return set_url<&Settings::piston_api>(settings, values);
}

Result<> set_threads(Settings& settings, const Values& values) {
    const std::string& value = values.back();
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    if (error != std::errc{} || end != value.data() + value.size() || count < 1 ||
        count > threads_max) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("'{}' is no number from 1 to {}.", value, threads_max));
    }
    settings.threads = count;
    return {};
}

Result<> set_log_level(Settings& settings, const Values& values) {
    constexpr std::string_view levels[] = {"trace", "debug", "info", "warn", "error", "off"};
    if (std::ranges::find(levels, values.back()) == std::end(levels)) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format(
                "'{}' is no log level. Take trace, debug, info, warn, error or off.",
                values.back()));
    }
    settings.log_level = values.back();
    return {};
}

Result<> set_log_format(Settings& settings, const Values& values) {
    const std::string& value = values.back();
    if (value != "text" && value != "json") {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("'{}' is no log format. Take text or json.", value));
    }
    settings.log_format = value == "json" ? LogFormat::json : LogFormat::text;
    return {};
}

struct Setter {
    std::string_view key;
    Result<> (*set)(Settings& settings, const Values& values);
};

constexpr Setter setters[] = {
    {"listen", set_listen},
    {"data", set_folder<&Settings::data>},
    {"static", set_folder<&Settings::static_dir>},
    {"runtimes", set_folder<&Settings::runtimes_dir>},
    {"supabase_url", set_url<&Settings::supabase_url>},
    {"supabase_jwt_secret", set_text<&Settings::supabase_jwt_secret>},
    {"supabase_anon_key", set_text<&Settings::supabase_anon_key>},
    {"frontend_origin", set_origins},
    {"public_url", set_url<&Settings::public_url>},
    {"piston_api", set_piston},
    {"threads", set_threads},
    {"log_level", set_log_level},
    {"log_format", set_log_format},
};

Result<> apply(Settings& settings, const std::string& key, const Values& values) {
    if (key.starts_with(limit_key_prefix)) {
        return set_limit(settings.limits, key.substr(limit_key_prefix.size()), values.back());
    }
    const auto setter = std::ranges::find(setters, key, &Setter::key);
    if (setter == std::end(setters)) {
        return fail(ErrorCode::bad_payload, "There is no such setting.");
    }
    return setter->set(settings, values);
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
    if (source == Source::flag) return found->flag();
    if (source == Source::environment) return found->environment;
    return fmt::format("'{}' in the configuration file", key);
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

std::string SettingHelp::flag() const {
    std::string flag = "--" + key;
    std::ranges::replace(flag, '_', '-');
    return flag;
}

const std::vector<SettingHelp>& setting_help() {
    static const std::vector<SettingHelp> all = {
        {"listen", "CODENCOLLAB_LISTEN", "HOST:PORT", "Where to listen. Default: 127.0.0.1:8000"},
        {"data",
         "CODENCOLLAB_DATA",
         "DIR",
         "Where rooms, people and keys are kept. Default: ./data"},
        {"static",
         "CODENCOLLAB_STATIC",
         "DIR",
         "The web client's files. Default: the built client (web/dist)"},
        {"runtimes",
         "CODENCOLLAB_RUNTIMES",
         "DIR",
         "The languages of the own runner. Default: the project's runtimes folder"},
        {"supabase_url",
         "SUPABASE_URL",
         "URL",
         "A Supabase project for sign-in. Default: none, identity is embedded"},
        {"supabase_jwt_secret",
         "SUPABASE_JWT_SECRET",
         "TEXT",
         "That project's secret for HS256 tokens. Default: none"},
        {"supabase_anon_key",
         "SUPABASE_ANON_KEY",
         "TEXT",
         "That project's public key, for the web client. Default: none"},
        {"frontend_origin",
         "FRONTEND_ORIGIN",
         "ORIGIN",
         "A web origin that may use this server; repeatable, in the variable comma-separated. "
         "Default: this server's own",
         true},
        {"public_url",
         "CODENCOLLAB_PUBLIC_URL",
         "URL",
         "How people reach this server, for instance through a proxy; tokens name it. "
         "Default: http:// and where it listens"},
        {"piston_api",
         "PISTON_API",
         "URL",
         "A Piston host that runs code. Default: spawn, a runner of its own"},
        {"threads",
         "CODENCOLLAB_THREADS",
         "N",
         "Event loops. Default: one per core, " + default_threads_text() + " here"},
        {"log_level",
         "CODENCOLLAB_LOG_LEVEL",
         "LEVEL",
         "trace, debug, info, warn, error or off. Default: info"},
        {"log_format", "CODENCOLLAB_LOG_FORMAT", "FORMAT", "text or json. Default: text"},
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
