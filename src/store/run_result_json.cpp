#include "store/run_result_json.h"

#include <boost/json.hpp>

#include <exception>
#include <stdexcept>

namespace codencollab::store {

namespace json = boost::json;

namespace {

std::string text_of(const json::object& object, std::string_view name) {
    return std::string(std::string_view(object.at(name).as_string()));
}

/// Throws std::exception for what to_json did not write.
room::RunResult parse(std::string_view text) {
    json::parse_options options;
    options.allow_invalid_utf8 = true;  // programs print what they like; it was stored as it came
    const json::value value = json::parse(text, {}, options);
    const json::object& object = value.as_object();
    room::RunResult result;
    result.output = text_of(object, "output");
    result.stdout_text = text_of(object, "stdout");
    result.stderr_text = text_of(object, "stderr");
    result.compile_output = text_of(object, "compile_output");
    result.message = text_of(object, "message");
    result.truncated = object.at("truncated").as_bool();
    result.wall_time_ms = object.at("wall_time_ms").to_number<std::int64_t>();
    result.cpu_time_ms = object.at("cpu_time_ms").to_number<std::int64_t>();
    result.memory_bytes = object.at("memory_bytes").to_number<std::int64_t>();
    if (!object.at("exit_code").is_null())
        result.exit_code = object.at("exit_code").to_number<int>();
    if (!object.at("signal").is_null()) result.signal = text_of(object, "signal");
    if (!object.at("failure").is_null()) {
        result.failure = room::parse_run_failure(text_of(object, "failure"));
        if (!result.failure) throw std::runtime_error("a failure of no kind");
    }
    return result;
}

}  // namespace

std::string to_json(const room::RunResult& result) {
    json::object object{
        {"output", result.output},
        {"stdout", result.stdout_text},
        {"stderr", result.stderr_text},
        {"compile_output", result.compile_output},
        {"exit_code", nullptr},
        {"signal", nullptr},
        {"failure", nullptr},
        {"message", result.message},
        {"truncated", result.truncated},
        {"wall_time_ms", result.wall_time_ms},
        {"cpu_time_ms", result.cpu_time_ms},
        {"memory_bytes", result.memory_bytes},
    };
    if (result.exit_code) object["exit_code"] = *result.exit_code;
    if (result.signal) object["signal"] = *result.signal;
    if (result.failure) object["failure"] = room::to_string(*result.failure);
    return json::serialize(object);
}

std::optional<room::RunResult> run_result_from_json(std::string_view text) {
    try {
        return parse(text);
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace codencollab::store
