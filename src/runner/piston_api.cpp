#include "runner/piston_api.h"

#include "net/web_socket.h"
#include "runner/connect_session.h"
#include "runner/piston_answer.h"
#include "wire/json_text.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <utility>

namespace codencollab::runner {

namespace json = boost::json;

namespace {

using SteadyClock = std::chrono::steady_clock;

net::HttpResponse json_answer(int status, const json::value& value) {
    net::HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "application/json; charset=utf-8");
    wire::append_json(response.body, value);
    return response;
}

net::HttpResponse message_answer(int status, std::string_view message) {
    return json_answer(status, json::object{{"message", message}});
}

net::HttpResponse wrong_method(const char* allowed) {
    net::HttpResponse response =
        message_answer(405, fmt::format("Method not allowed: use {}", allowed));
    response.headers.add("Allow", allowed);
    return response;
}

/// Compares without telling by its time how much agrees.
bool is_same_secret(std::string_view left, std::string_view right) {
    unsigned difference = left.size() == right.size() ? 0 : 1;
    for (std::size_t i = 0; i < left.size(); ++i) {
        difference |= static_cast<unsigned char>(left[i]) ^
                      static_cast<unsigned char>(right[right.empty() ? 0 : i % right.size()]);
    }
    return difference == 0;
}

/// One `/execute` that waits for its run. Lives on the board's loop.
struct ExecuteCall {
    net::Respond respond;
    std::string language;
    std::string version;
    bool with_base64 = false;
    std::optional<RunBoard::RunNumber> run;
    SteadyClock::time_point arrived = SteadyClock::now();
    std::optional<SteadyClock::time_point> began;
    std::optional<SteadyClock::time_point> first_output;
    std::int64_t setup_us = 0;
    StageText text;
    json::object stages;

    std::int64_t ms_since_arrival(std::optional<SteadyClock::time_point> time) const {
        if (!time) return 0;
        return std::chrono::duration_cast<std::chrono::milliseconds>(*time - arrived).count();
    }
    void on_stage_ended(const StageOutcome& outcome) {
        setup_us += outcome.end.setup_us;
        json::object stage = std::exchange(text, {}).finish(outcome, with_base64);
        // A client that looks at `run` alone sees the compiler's output.
        if (outcome.stage == StageKind::compile && !outcome.succeeded()) stages["run"] = stage;
        stages[to_string(outcome.stage)] = std::move(stage);
    }
    void on_finished() {
        json::object answer{{"language", language}, {"version", version}};
        for (auto& entry : stages)
            answer[entry.key()] = std::move(entry.value());
        answer["id"] = fmt::to_string(run.value_or(0));
        answer["queued_ms"] = ms_since_arrival(began);
        answer["sandbox_ms"] = static_cast<double>(setup_us) / 1000;
        answer["first_output_ms"] =
            first_output ? json::value(ms_since_arrival(first_output)) : json::value(nullptr);
        respond(json_answer(200, answer));
    }
};

RunEvents events_of(const std::shared_ptr<ExecuteCall>& call) {
    RunEvents events;
    events.queued = [](std::size_t) {};
    events.stage_started = [call](StageKind) {
        if (!call->began) call->began = SteadyClock::now();
    };
    events.output = [call](OutputStream stream, std::string_view bytes) {
        if (!call->first_output) call->first_output = SteadyClock::now();
        call->text.add(stream, bytes);
    };
    events.stage_ended = [call](const StageOutcome& outcome) { call->on_stage_ended(outcome); };
    events.finished = [call] { call->on_finished(); };
    events.refused = [call](const std::string& message) {
        net::HttpResponse response = message_answer(503, message);
        response.headers.add("Retry-After", "1");
        call->respond(std::move(response));
    };
    return events;
}

}  // namespace

std::size_t PistonApi::body_limit(const net::HttpRequest&) const {
    return ports_.settings.body_bytes;
}

net::HttpResponse PistonApi::on_body_too_large(const net::HttpRequest&) {
    return message_answer(
        413, fmt::format("request body exceeds the limit of {} bytes", ports_.settings.body_bytes));
}

bool PistonApi::is_authorised(const net::HttpRequest& request) const {
    if (ports_.settings.token.empty()) return true;
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view header = request.headers.get("Authorization");
    return header.starts_with(scheme) &&
           is_same_secret(header.substr(scheme.size()), ports_.settings.token);
}

void PistonApi::on_request(net::HttpRequest request, net::Respond respond) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (request.path == "/health" && reads) return health(std::move(respond));
    if (request.path == "/" && reads) return respond(message_answer(200, "Piston v3.1.1"));
    if (!is_authorised(request)) {
        net::HttpResponse response =
            message_answer(401, "a token is needed: send it as Authorization: Bearer");
        response.headers.add("WWW-Authenticate", "Bearer");
        return respond(std::move(response));
    }
    const bool is_known = request.path == "/api/v2/runtimes" || request.path == "/api/v2/execute" ||
                          request.path == "/api/v2/packages" || request.path == "/api/v2/connect";
    if (!reads && request.method != "OPTIONS" && request.path.starts_with("/api/v2") &&
        !request.headers.get("Content-Type").starts_with("application/json")) {
        return respond(message_answer(415, "requests must be of type application/json"));
    }
    if (!is_known) return respond(message_answer(404, "Not Found"));
    if (request.path == "/api/v2/runtimes") {
        if (!reads) return respond(wrong_method("GET, HEAD"));
        return respond(json_answer(200, runtimes_answer(ports_.runtimes)));
    }
    if (request.path == "/api/v2/execute") {
        if (request.method != "POST") return respond(wrong_method("POST"));
        return execute(request, std::move(respond));
    }
    if (request.path == "/api/v2/connect") {
        return respond(message_answer(426, "connect is a WebSocket: send an upgrade"));
    }
    if (reads) return respond(json_answer(200, packages_answer(ports_.runtimes)));
    if (request.method != "POST" && request.method != "DELETE") {
        return respond(wrong_method("GET, HEAD, POST, DELETE"));
    }
    respond(package_answer(request));
}

net::HttpResponse PistonApi::package_answer(const net::HttpRequest& request) const {
    const auto body = wire::parse_json(request.body);
    std::string language;
    std::string version = "*";
    if (body && body->is_object()) {
        const auto take = [&](const char* name, std::string& into) {
            const json::value* value = body->get_object().if_contains(name);
            if (value != nullptr && value->is_string()) into = std::string(value->get_string());
        };
        take("language", language);
        take("version", version);
    }
    if (ports_.runtimes.find(language, version) == nullptr) {
        return message_answer(
            404, fmt::format("Requested package {}-{} does not exist", language, version));
    }
    return message_answer(403, "packages are managed by the host: see codencollab doctor");
}

void PistonApi::health(net::Respond respond) {
    ports_.loop.post([this, respond = std::move(respond)]() mutable {
        respond(json_answer(
            200,
            json::object{
                {"status", "running"},
                {"isolation", ports_.settings.isolation},
                {"jobs", ports_.board.running_now()},
                {"queued", ports_.board.queued_now()}}));
    });
}

void PistonApi::execute(const net::HttpRequest& request, net::Respond respond) {
    auto body = wire::parse_json(request.body);
    if (!body) {
        return respond(
            message_answer(400, "request body is not valid JSON: " + body.error().message));
    }
    auto parsed = parse_request(*body, ports_.runtimes, RequestRules());
    if (!parsed) return respond(message_answer(400, parsed.error().message));
    if (!parsed->stdin_bytes.ends_with('\n')) parsed->stdin_bytes += '\n';

    auto call = std::make_shared<ExecuteCall>();
    call->respond = std::move(respond);
    call->language = parsed->runtime->language;
    call->version = parsed->runtime->version.str();
    call->with_base64 = parsed->base64_output;
    if (request.abandoned) {
        request.abandoned->notify = [this, call] {
            ports_.loop.post([this, call] {
                if (call->run) ports_.board.cancel(*call->run);
            });
        };
    }
    ports_.loop.post([this, call, run = std::move(*parsed)]() mutable {
        const auto number = ports_.board.submit(std::move(run), false, events_of(call));
        if (number) {
            call->run = *number;
            return;
        }
        net::HttpResponse response = message_answer(503, number.error().message);
        response.headers.add("Retry-After", fmt::to_string(number.error().retry_after_s));
        call->respond(std::move(response));
    });
}

void PistonApi::on_upgrade(net::HttpRequest request, net::WebSocketUpgrade upgrade) {
    if (!is_authorised(request)) {
        return upgrade.refuse(
            message_answer(401, "a token is needed: send it as Authorization: Bearer"));
    }
    if (request.path != "/api/v2/connect") return upgrade.refuse(message_answer(404, "Not Found"));
    net::WebSocketOptions options;
    options.message_bytes_max = ports_.settings.body_bytes;
    net::WebSocket socket = upgrade.accept(options);
    if (socket) serve_connect(ports_, std::move(socket));
}

}  // namespace codencollab::runner
