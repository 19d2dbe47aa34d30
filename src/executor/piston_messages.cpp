#include "executor/piston_messages.h"

#include "base/utf8_repair.h"
#include "wire/json_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace codencollab::executor {

namespace json = boost::json;

namespace {

/// A foreign service's text may hold half an emoji; what leaves here is valid UTF-8.
std::string valid(std::string_view text) {
    Utf8Repair repair;
    std::string whole = repair.push(text);
    return whole + repair.finish();
}

std::optional<std::string> text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return valid(value->get_string());
}

std::optional<std::int64_t> number_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) return std::nullopt;
    const double number = value->to_number<double>();
    constexpr double most = 9e15;
    if (!std::isfinite(number) || number < -most || number > most) return std::nullopt;
    return static_cast<std::int64_t>(number);
}

bool flag_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

Stage stage_of(const json::object& object) {
    return text_of(object, "stage") == "compile" ? Stage::compile : Stage::run;
}

StageExit exit_of(const json::object& object) {
    StageExit exit;
    exit.stage = stage_of(object);
    if (const auto code = number_of(object, "code")) exit.code = static_cast<int>(*code);
    exit.signal = text_of(object, "signal");
    exit.status = text_of(object, "status");
    exit.message = text_of(object, "message").value_or("");
    exit.limit = text_of(object, "limit");
    exit.truncated = flag_of(object, "truncated");
    exit.out_of_memory = flag_of(object, "oom");
    exit.cpu_ms = number_of(object, "cpu_time").value_or(0);
    exit.wall_ms = number_of(object, "wall_time");
    exit.memory_bytes = number_of(object, "memory").value_or(0);
    return exit;
}

void append_field(std::string& out, std::string_view name, std::string_view text) {
    out += fmt::format("\"{}\":", name);
    wire::append_json_string(out, text);
}

}  // namespace

std::string PistonUrl::authority() const {
    const bool is_v6 = host.find(':') != std::string::npos;
    return is_v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<PistonUrl> parse_piston_url(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format("'{}' is no Piston address: it must begin with http://.", url));
    }
    std::string_view rest = url.substr(scheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string_view authority = rest.substr(0, slash);
    std::string_view path = rest.substr(slash);
    while (path.ends_with('/'))
        path.remove_suffix(1);
    if (path.ends_with("/api/v2")) path.remove_suffix(std::string_view("/api/v2").size());

    PistonUrl parsed;
    parsed.port = "80";
    parsed.path = path;
    if (authority.starts_with('[')) {
        const std::size_t end = authority.find(']');
        parsed.host = authority.substr(1, end == std::string_view::npos ? end : end - 1);
        authority = end == std::string_view::npos ? std::string_view() : authority.substr(end + 1);
    } else {
        parsed.host = authority.substr(0, authority.find(':'));
        authority.remove_prefix(parsed.host.size());
    }
    if (authority.starts_with(':')) parsed.port = authority.substr(1);
    const bool good_port =
        !parsed.port.empty() && parsed.port.size() <= 5 &&
        std::ranges::all_of(parsed.port, [](char c) { return c >= '0' && c <= '9'; });
    if (parsed.host.empty() || !good_port) {
        return fail(ErrorCode::bad_payload, fmt::format("'{}' is no Piston address.", url));
    }
    return parsed;
}

Result<std::vector<room::Runtime>> parse_runtimes(std::string_view text) {
    const auto parsed = wire::parse_json(text);
    if (!parsed || !parsed->is_array()) {
        return fail(ErrorCode::bad_payload, "The service's list of languages cannot be read.");
    }
    std::vector<room::Runtime> runtimes;
    for (const json::value& entry : parsed->get_array()) {
        if (!entry.is_object()) continue;
        const json::object& object = entry.get_object();
        room::Runtime runtime;
        runtime.language = text_of(object, "language").value_or("");
        runtime.version = text_of(object, "version").value_or("");
        if (runtime.language.empty() || runtime.version.empty()) continue;
        runtime.display = text_of(object, "display").value_or("");
        runtime.extension = text_of(object, "extension").value_or("");
        runtime.starter = text_of(object, "starter").value_or("");
        if (const json::value* aliases = object.if_contains("aliases");
            aliases != nullptr && aliases->is_array()) {
            for (const json::value& alias : aliases->get_array()) {
                if (alias.is_string()) runtime.aliases.push_back(valid(alias.get_string()));
            }
        }
        runtimes.push_back(std::move(runtime));
    }
    return runtimes;
}

std::string init_message(const room::RunRequest& request) {
    std::string out = R"({"type":"init",)";
    append_field(out, "language", request.language);
    out += ',';
    append_field(out, "version", request.version.empty() ? "*" : request.version);
    out += ",\"files\":[{";
    append_field(out, "content", request.code);
    out += "}],\"args\":[";
    for (std::size_t i = 0; i < request.args.size(); ++i) {
        if (i > 0) out += ',';
        wire::append_json_string(out, std::string_view(request.args[i]));
    }
    out += fmt::format("],\"interactive\":{}}}", request.interactive);
    return out;
}

std::string input_message(std::string_view data, bool eof) {
    std::string out = R"({"type":"data","stream":"stdin",)";
    append_field(out, "data", data);
    if (eof) out += ",\"eof\":true";
    out += '}';
    return out;
}

std::string kill_message() {
    return R"({"type":"signal","signal":"SIGKILL"})";
}

PistonMessage parse_message(std::string_view text) {
    const auto parsed = wire::parse_json(text);
    if (!parsed || !parsed->is_object()) return Unknown();
    const json::object& object = parsed->get_object();
    const std::string type = text_of(object, "type").value_or("");
    if (type == "queued") {
        return Queued{static_cast<std::size_t>(
            std::max<std::int64_t>(0, number_of(object, "position").value_or(0)))};
    }
    if (type == "runtime") return Prepared{text_of(object, "version").value_or("")};
    if (type == "stage") return StageStarted{stage_of(object)};
    if (type == "data") {
        return Data{text_of(object, "stream") == "stderr", text_of(object, "data").value_or("")};
    }
    if (type == "exit") return exit_of(object);
    if (type == "error") return Refused{text_of(object, "message").value_or("")};
    return Unknown();
}

}  // namespace codencollab::executor
