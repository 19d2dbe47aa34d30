#include "app/setting_sources.h"

#include "app/limit_settings.h"
#include "app/setting_text.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace codencollab::app {

namespace {

constexpr std::string_view variable_prefix = "CODENCOLLAB_";
/// What serve hands to the runner that it starts (runner/runner.h).
constexpr std::string_view runner_variable_prefix = "CODENCOLLAB_RUNNER_";
/// Of base/fault_point.h: in a build without fault points it is no setting.
constexpr std::string_view fault_variable =
#ifdef CODENCOLLAB_FAULT_POINTS
    "CODENCOLLAB_FAULT";
#else
    "";
#endif

/// What stands between commas, without the white space around it and without what is empty.
std::vector<std::string> split_list(std::string_view list) {
    std::vector<std::string> items;
    while (!list.empty()) {
        const auto comma = list.find(',');
        const std::string_view item = trim(list.substr(0, comma));
        if (!item.empty()) items.emplace_back(item);
        list = comma == std::string_view::npos ? "" : list.substr(comma + 1);
    }
    return items;
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

Result<> take_texts(const std::string& key, const toml::node& node, SettingValues& values) {
    auto texts = texts_of(node);
    if (!texts) {
        return fail(ErrorCode::bad_payload, fmt::format("'{}': {}", key, texts.error().message));
    }
    values[key] = std::move(*texts);
    return {};
}

Result<> take_limits(const toml::table& limits, SettingValues& values) {
    for (const auto& [key, node] : limits) {
        const std::string name(key.str());
        if (limit_text(Limits{}, name).empty()) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format(
                    "there is no limit '{}'; `codencollab serve --help` lists them.", name));
        }
        auto taken = take_texts(fmt::format("{}{}", limit_key_prefix, name), node, values);
        if (!taken) return taken;
    }
    return {};
}

Result<> take_setting(const std::string& name, const toml::node& node, SettingValues& values) {
    const auto& all = setting_help();
    if (std::ranges::find(all, name, &SettingHelp::key) == all.end()) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("there is no setting '{}'; `codencollab serve --help` lists them.", name));
    }
    return take_texts(name, node, values);
}

}  // namespace

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
            if (auto items = split_list(value); !items.empty())
                values[setting->key] = std::move(items);
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
    for (const auto& [key, node] : table) {
        const std::string name(key.str());
        const toml::table* limits = name == "limits" ? node.as_table() : nullptr;
        const auto taken =
            limits != nullptr ? take_limits(*limits, values) : take_setting(name, node, values);
        if (!taken) {
            return fail(
                ErrorCode::bad_payload,
                fmt::format("{}: {}", path.string(), taken.error().message));
        }
    }
    return values;
}

}  // namespace codencollab::app
