#include "app/doctor.h"

#include "app/places.h"
#include "base/log.h"
#include "base/random.h"
#include "executor/piston_executor.h"
#include "executor/runner_process.h"
#include "net/loops.h"
#include "net/server.h"
#include "store/store_report.h"

#include <fmt/format.h>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace codencollab::app {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds runner_start_max{20'000};
constexpr std::chrono::milliseconds poll_interval{50};

class Report {
  public:
    void ok(const std::string& what) { fmt::print("ok    {}\n", what); }
    void mend(const std::string& what, const std::string& how) {
        fmt::print("MEND  {}\n      {}\n", what, how);
        is_well_ = false;
    }
    int exit_code() const { return is_well_ ? 0 : 1; }

  private:
    bool is_well_ = true;
};

/// Answers nothing: the doctor only wants to know whether one can listen.
class NoHandler final : public net::HttpHandler {
  public:
    std::size_t body_limit(const net::HttpRequest&) const override { return 0; }
    void on_request(net::HttpRequest, net::Respond) override {}
    void on_upgrade(net::HttpRequest, net::WebSocketUpgrade) override {}
};

void check_data(const Settings& settings, Report& report) {
    const fs::path data = fs::absolute(settings.data);
    // What is missing will be made: then the nearest folder above has to be writable.
    fs::path nearest = data;
    std::error_code ignored;
    while (!fs::exists(nearest, ignored) && nearest.has_relative_path()) {
        nearest = nearest.parent_path();
    }
    if (fs::is_directory(nearest, ignored) && ::access(nearest.c_str(), W_OK | X_OK) == 0) {
        return report.ok(fmt::format("data directory: {}", data.string()));
    }
    report.mend(
        fmt::format("data directory: cannot write to {}", nearest.string()),
        "Start as its owner, or name another with --data.");
}

void check_store(const Settings& settings, Report& report) {
    const store::StoreReport found = store::report_on(fs::absolute(settings.data));
    for (const store::StoreProblem& problem : found.problems)
        report.mend(problem.what, problem.how);
    if (!found.problems.empty()) return;
    report.ok(
        found.is_there ? fmt::format(
                             "database: {} rooms, {} KiB, schema {}",
                             found.rooms,
                             found.bytes / 1024,
                             found.schema)
                       : "database: made at the first start");
}

void check_address(const Settings& settings, Report& report) {
    net::LoopPool loops(1);
    NoHandler handler;
    net::Server server(loops, {}, handler);
    const auto port = server.listen(settings.listen.host, settings.listen.port);
    if (port) return report.ok(fmt::format("address: {} is free", to_string(settings.listen)));
    report.mend("address: cannot be listened on", port.error().message);
}

void check_client(const Settings& settings, Report& report) {
    const fs::path folder = settings.static_dir.empty() ? web_client_dir() : settings.static_dir;
    std::error_code ignored;
    if (fs::exists(folder / "index.html", ignored)) {
        return report.ok(fmt::format("web client: {}", folder.string()));
    }
    report.mend(
        fmt::format("web client: there is none in {}", folder.string()),
        "Build it with ./dev build, or name its folder with --static.");
}

void check_runner(const Settings& settings, const RunnerCommand& command, Report& report) {
    SystemRandom random;
    net::LoopPool loops(1);
    executor::PistonClient piston;
    std::unique_ptr<room::Executor> executor;
    loops.run_on(0, [&] { executor = piston.make_for(loops.loop(0)); });
    std::unique_ptr<executor::RunnerProcess> runner;
    if (!settings.piston_api.empty()) {
        piston.set_address({settings.piston_api, {}});
    } else {
        piston.set_unavailable("The runner does not answer.");
        runner = std::make_unique<executor::RunnerProcess>(
            runner_process_settings(settings, command),
            random,
            [&](executor::PistonAddress at) { piston.set_address(std::move(at)); },
            [&](std::string reason) { piston.set_unavailable(std::move(reason)); });
    }

    const auto end = std::chrono::steady_clock::now() + runner_start_max;
    std::vector<std::string> languages;
    std::string reason;
    do {
        std::this_thread::sleep_for(poll_interval);
        loops.run_on(0, [&] {
            reason = executor->unavailable_reason();
            for (const room::Runtime& runtime : *executor->runtimes()) {
                languages.push_back(fmt::format("{} {}", runtime.language, runtime.version));
            }
        });
    } while (languages.empty() && std::chrono::steady_clock::now() < end);

    if (!languages.empty()) {
        report.ok(fmt::format("running code: {}", fmt::join(languages, ", ")));
    } else {
        report.mend(
            fmt::format("running code: {}", reason.empty() ? "no language answers" : reason),
            "See what `codencollab runner` says, or name a Piston host with --piston-api.");
    }
    runner.reset();
    loops.stop();
    executor.reset();
}

}  // namespace

int doctor(const Settings& settings, const RunnerCommand& runner) {
    std::signal(SIGPIPE, SIG_IGN);
    if (auto started = start_log("warn", settings.log_format); !started) return 1;
    Report report;
    report.ok("settings");
    check_data(settings, report);
    check_store(settings, report);
    check_address(settings, report);
    check_client(settings, report);
    check_runner(settings, runner, report);
    return report.exit_code();
}

}  // namespace codencollab::app
