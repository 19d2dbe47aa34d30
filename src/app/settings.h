#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "base/log.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace codencollab::app {

/// Where to listen: a host name or address (IPv6 without brackets) and a port, 0 for any free one.
struct ListenAddress {
    std::string host;
    std::uint16_t port = 0;
};

/// `HOST:PORT`, `[IPv6]:PORT`, `:PORT` or `PORT`; fails with `bad_payload`.
Result<ListenAddress> parse_listen_address(const std::string& text);
/// As it stands in a URL: an IPv6 host gets its brackets back.
std::string to_string(const ListenAddress& address);

/// Everything that can be set for `serve`, with the contract's defaults (section 7).
struct Settings {
    ListenAddress listen{"127.0.0.1", 8000};
    std::filesystem::path data = "data";
    std::filesystem::path static_dir;    // empty: the built client, where it is found
    std::filesystem::path runtimes_dir;  // empty: the project's own, where they are found
    std::string supabase_url;            // empty: embedded identity
    std::string supabase_jwt_secret;
    std::string supabase_anon_key;
    std::vector<std::string> frontend_origins;
    std::string public_url;  // empty: http:// and where it listens; tokens name it as their issuer
    std::string piston_api;  // empty: a runner of its own
    std::size_t threads = 1;
    std::string log_level = "info";
    LogFormat log_format = LogFormat::text;
    Limits limits;
};

/// What one source says: a value or several for each key. Keys are those of `setting_help()`;
/// `limits.<name>` for a limit.
using SettingValues = std::map<std::string, std::vector<std::string>>;

/// One line of `serve --help`.
struct SettingHelp {
    std::string key;          // in codencollab.toml: "supabase_url"
    std::string environment;  // "SUPABASE_URL"
    std::string value;        // "URL"; what stands after the flag
    std::string text;         // what it does, and its default
    bool repeatable = false;

    std::string flag() const;  // "--supabase-url"
};
const std::vector<SettingHelp>& setting_help();
/// One line for each limit: its name in `[limits]`, its variable and its default.
std::string limits_help();

/// The settings: each key from the first source that has it, else its default. A bad value fails
/// with `bad_payload` and a message that names the setting where it was set.
Result<Settings> read_settings(
    const SettingValues& flags, const SettingValues& environment, const SettingValues& file);

}  // namespace codencollab::app
