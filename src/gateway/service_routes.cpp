#include "gateway/service_routes.h"

#include "gateway/answers.h"
#include "gateway/json_writer.h"

#include <utility>

namespace codencollab::gateway {

namespace {

std::string config_json(const ClientConfig& config, const Limits& limits) {
    const bool is_embedded = config.supabase_url.empty();
    std::string text;
    JsonWriter json(text);
    json.text("version", config.version);
    json.text("api_base", std::string_view());  // where this very file came from
    json.text("identity", is_embedded ? "embedded" : "supabase");
    json.text("supabase_url", config.supabase_url);
    json.text("supabase_anon_key", is_embedded ? "embedded" : config.supabase_anon_key);
    json.object("limits", [&](JsonWriter& item) {
        item.number("document_units_max", limits.document_units);
        item.number("chat_units_max", limits.chat_units);
        item.number("title_units_max", limits.title_units);
        item.number("message_bytes_max", limits.message_bytes);
        item.number("room_sockets_max", limits.room_sockets);
        item.number("run_wall_ms_max", limits.run_wall.count());
        item.number("run_output_bytes_max", limits.run_output_bytes);
    });
    json.object("features", [](JsonWriter&) {});
    json.close();
    return text;
}

std::string ok_or(std::string problem) {
    return problem.empty() ? "ok" : problem;
}

}  // namespace

ServiceRoutes::ServiceRoutes(
    const RoomHomes& homes,
    const Limits& limits,
    ClientConfig config,
    std::function<std::string()> store_problem)
    : homes_(homes),
      version_(config.version),
      config_json_(config_json(config, limits)),
      store_problem_(std::move(store_problem)) {}

net::HttpResponse ServiceRoutes::handle(Route route, const net::HttpRequest& request) const {
    const room::Executor& executor = homes_.at(homes_.index_of(*request.loop)).executor;
    switch (route) {
        case Route::health:
            return health();
        case Route::ready:
            return ready(executor);
        case Route::config:
            return json_answer(200, config_json_);
        case Route::runtimes:
            return runtimes(executor);
        default:
            return error_answer({ErrorCode::not_found, "There is no such route."});
    }
}

net::HttpResponse ServiceRoutes::health() const {
    std::string text;
    JsonWriter json(text);
    json.text("status", "running");
    json.text("version", version_);
    json.close();
    return json_answer(200, std::move(text));
}

net::HttpResponse ServiceRoutes::ready(const room::Executor& executor) const {
    const std::string store = ok_or(store_problem_());
    const std::string runner = ok_or(executor.unavailable_reason());
    const bool is_draining = is_draining_.load(std::memory_order_relaxed);
    const bool is_ready = store == "ok" && runner == "ok" && !is_draining;

    std::string text;
    JsonWriter json(text);
    json.text("status", is_ready ? "ready" : is_draining ? "draining" : "not_ready");
    json.text("store", store);
    json.text("runner", runner);
    json.text("bus", "ok");  // one node: it is in this process
    json.close();
    auto answer = json_answer(is_ready ? 200 : 503, std::move(text));
    if (!is_ready) answer.headers.set("Retry-After", "2");
    return answer;
}

net::HttpResponse ServiceRoutes::runtimes(const room::Executor& executor) const {
    const auto all = executor.runtimes();
    std::string text;
    JsonWriter json(text, JsonWriter::Kind::array);
    for (const room::Runtime& runtime : *all) {
        json.object_element([&](JsonWriter& item) {
            item.text("language", runtime.language);
            item.text("version", runtime.version);
            item.array("aliases", [&](JsonWriter& aliases) {
                for (const std::string& alias : runtime.aliases)
                    aliases.element(alias);
            });
            if (!runtime.display.empty()) item.text("display", runtime.display);
            if (!runtime.extension.empty()) item.text("extension", runtime.extension);
            if (!runtime.starter.empty()) item.text("starter", runtime.starter);
        });
    }
    json.close();
    return json_answer(200, std::move(text));
}

}  // namespace codencollab::gateway
