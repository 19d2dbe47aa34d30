#include "runner/piston_answer.h"

#include "runner/piston_words.h"
#include "wire/base64.h"

#include <utility>

namespace codencollab::runner {

namespace json = boost::json;

namespace {

json::value or_null(const std::optional<std::string>& text) {
    return text ? json::value(*text) : json::value(nullptr);
}

json::array strings(const std::vector<std::string>& texts) {
    json::array array;
    for (const std::string& text : texts)
        array.emplace_back(text);
    return array;
}

json::object limits_answer(const Runtime& runtime) {
    json::object limits;
    const auto add = [&](std::string_view prefix, const StageLimits& stage) {
        const std::string name(prefix);
        limits[name + "_timeout"] = stage.wall.count();
        limits[name + "_cpu_time"] = stage.cpu.count();
        limits[name + "_memory_limit"] = stage.memory_bytes;
    };
    if (runtime.compile) add("compile", runtime.compile->limits);
    add("run", runtime.run.limits);
    limits["processes"] = runtime.run.limits.processes;
    return limits;
}

}  // namespace

json::array runtimes_answer(const Runtimes& runtimes) {
    json::array answer;
    for (const Runtime& runtime : runtimes.all()) {
        if (!runtime.installed) continue;
        json::object entry{
            {"language", runtime.language},
            {"version", runtime.version.str()},
            {"aliases", strings(runtime.aliases)},
            {"compiled", runtime.compile.has_value()},
            {"display", runtime.display},
            {"extension", runtime.extension},
            {"limits", limits_answer(runtime)}};
        if (!runtime.group.empty()) entry["runtime"] = runtime.group;
        if (!runtime.starter.empty()) entry["starter"] = runtime.starter;
        answer.push_back(std::move(entry));
    }
    return answer;
}

json::array packages_answer(const Runtimes& runtimes) {
    json::array answer;
    for (const Runtime& runtime : runtimes.all()) {
        answer.push_back(json::object{
            {"language", runtime.language},
            {"language_version", runtime.installed ? runtime.version.str() : std::string()},
            {"installed", runtime.installed}});
    }
    return answer;
}

json::object outcome_answer(const StageOutcome& outcome) {
    const PistonWords words =
        words_for(outcome.end, outcome.out_over, outcome.errors_over, outcome.limits);
    return {
        {"code", words.code ? json::value(*words.code) : json::value(nullptr)},
        {"signal", or_null(words.signal)},
        {"message", or_null(words.message)},
        {"status", or_null(words.status)},
        {"cpu_time", outcome.end.cpu_us / 1000},
        {"wall_time", outcome.end.wall_us / 1000},
        {"memory", outcome.end.memory_bytes},
        {"truncated", words.truncated},
        {"oom", words.out_of_memory},
        {"limit", or_null(words.limit)}};
}

void StageText::add(OutputStream stream, std::string_view bytes) {
    Text& own = stream == OutputStream::out ? out_ : errors_;
    own.bytes += bytes;
    own.text += own.repair.push(bytes);
    both_.text += both_.repair.push(bytes);
}

json::object StageText::finish(const StageOutcome& outcome, bool with_base64) {
    if (!outcome.out_over) out_.text += out_.repair.finish();
    if (!outcome.errors_over) errors_.text += errors_.repair.finish();
    if (!outcome.out_over && !outcome.errors_over) both_.text += both_.repair.finish();
    json::object answer{{"stdout", out_.text}, {"stderr", errors_.text}, {"output", both_.text}};
    if (with_base64) {
        answer["stdout_base64"] = wire::base64_encoded(out_.bytes);
        answer["stderr_base64"] = wire::base64_encoded(errors_.bytes);
    }
    for (auto& entry : outcome_answer(outcome))
        answer[entry.key()] = std::move(entry.value());
    return answer;
}

}  // namespace codencollab::runner
