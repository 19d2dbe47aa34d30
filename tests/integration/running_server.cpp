#include "running_server.h"

#include "app/node.h"
#include "support/temporary_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

namespace codencollab {

namespace {

constexpr std::chrono::seconds runner_patience{60};

struct SuitesServer {
    TemporaryDirectory directory;  // declared first: the node writes there until it is gone
    std::unique_ptr<app::Node> node;
};

std::optional<SuitesServer>& suites_server() {
    static std::optional<SuitesServer> server;
    return server;
}

}  // namespace

RunningServer::RunningServer() {
    settings_.listen = {"127.0.0.1", 0};
    settings_.threads = 2;
    settings_.limits.guests_per_hour = 100'000;
}

void RunningServer::TearDownTestSuite() {
    suites_server().reset();
}

void RunningServer::start() {
    auto& server = suites_server();
    if (!server) server.emplace();
    const std::filesystem::path& directory = server->directory.path();
    settings_.data = directory / "data";
    // One language: asking all of them for their versions takes longer than most of these tests.
    settings_.runtimes_dir = directory / "runtimes";
    if (std::filesystem::create_directories(settings_.runtimes_dir))
        std::filesystem::copy("runtimes/python.toml", settings_.runtimes_dir);
    if (!server->node) {
        app::RunnerCommand runner;
        runner.program = CODENCOLLAB_PROGRAM;
        auto started = app::Node::start(settings_, runner);
        ASSERT_TRUE(started) << started.error().message;
        server->node = std::move(*started);
    }
    port_ = server->node->address().port;
    ASSERT_EQ(server->node->wait_for_runner(runner_patience), "");
}

bool RunningServer::stop() {
    auto& server = suites_server();
    if (!server || !server->node) return false;
    const bool is_saved = server->node->drain();
    server->node.reset();
    return is_saved;
}

HttpAnswer RunningServer::get(const std::string& path, const Person* who) {
    return send("GET", path, who);
}

HttpAnswer RunningServer::send(
    const std::string& method,
    const std::string& path,
    const Person* who,
    const std::string& json_body) {
    HttpFields fields;
    if (who) fields.emplace_back("Authorization", "Bearer " + who->token);
    if (!json_body.empty()) fields.emplace_back("Content-Type", "application/json");
    return http(port_, method, path, fields, json_body);
}

Person RunningServer::guest(const std::string& name) {
    const auto answer = send(
        "POST", "/auth/v1/signup", nullptr, fmt::format(R"({{"data":{{"name":"{}"}}}})", name));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const auto session = answer.json();
    return {
        session.at("user").at("id").as_string().c_str(),
        session.at("access_token").as_string().c_str(),
        name};
}

std::string RunningServer::room_of(const Person& owner, const std::string& fields) {
    const auto answer = send("POST", "/rooms", &owner, "{" + fields + "}");
    EXPECT_EQ(answer.status, 201) << answer.body;
    return answer.json().at("room_id").as_string().c_str();
}

void RunningServer::join_by_link(const std::string& room, const Person& who) {
    EXPECT_EQ(send("POST", "/rooms/" + room + "/join", &who, "{}").status, 200);
}

PollingClient RunningServer::enter(const std::string& room, const Person& who) {
    PollingClient client(port_, who.token);
    EXPECT_EQ(client.refusal(), "");
    const auto answer = client.ask("join", {{"room_id", room}});
    EXPECT_TRUE(answer.is_object() && answer.at("ok").as_bool());
    return client;
}

std::string RunningServer::text_of(const std::string& room, const Person& who) {
    const auto answer = get("/rooms/" + room + "/code", &who);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
}

boost::json::value insertion(
    const std::string& text, std::size_t offset, const std::string& inserted) {
    const std::string before = text.substr(0, offset);
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto column = static_cast<std::int64_t>(offset - (before.rfind('\n') + 1) + 1);
    return {
        {"changes",
         boost::json::array{
             {{"range",
               {{"startLineNumber", line},
                {"startColumn", column},
                {"endLineNumber", line},
                {"endColumn", column}}},
              {"rangeOffset", offset},
              {"rangeLength", 0},
              {"text", inserted}}}},
        {"code", before + inserted + text.substr(offset)}};
}

}  // namespace codencollab
