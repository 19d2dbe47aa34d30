#include "runner/runner.h"

#include "net/loops.h"
#include "net/server.h"
#include "runner/piston_api.h"
#include "runner/poll_loop.h"
#include "runner/run_board.h"
#include "runner/runtimes.h"
#include "runner/spawner.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace codencollab::runner {

namespace {

// Next to the slots' ids: the process that speaks HTTP is nobody either.
constexpr unsigned own_uid = Spawner::first_uid - 1;
constexpr std::size_t slots_max = 64;

// At the start, before there are threads.
std::string take_environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    std::string text = value == nullptr ? "" : value;
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe)
    return text;
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::size_t slots_of(const RunnerSettings& settings) {
    const std::size_t wanted =
        settings.runs_at_once != 0
            ? settings.runs_at_once
            : std::max<std::size_t>(8, 4 * std::thread::hardware_concurrency());
    return std::min(wanted, slots_max);
}

/// Runs one command in a sandbox and waits for it, before the event loop turns.
Result<std::string> output_of(
    Spawner& spawner,
    StageName name,
    const std::vector<std::string>& command,
    const Runtime& runtime) {
    int out[2];
    if (::pipe2(out, O_CLOEXEC) < 0)
        return fail(ErrorCode::internal, "No descriptors left for a pipe.");
    const UniqueFd read_end(out[0]);
    UniqueFd write_end(out[1]);
    UniqueFd errors(::fcntl(write_end.get(), F_DUPFD_CLOEXEC, 3));
    UniqueFd input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    StageSpec spec;
    spec.argv = command;
    spec.env = {"PATH=/usr/bin:/usr/local/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8"};
    spec.binds = runtime.binds;
    spec.limits = runtime.compile ? runtime.compile->limits : runtime.run.limits;
    if (auto started = spawner.start_stage(
            name, spec, true, std::move(input), std::move(write_end), std::move(errors));
        !started) {
        return std::unexpected(std::move(started).error());
    }
    std::string text;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(read_end.get(), buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(count));
    }
    while (true) {
        pollfd ready{spawner.fd(), POLLIN, 0};
        ::poll(&ready, 1, -1);
        auto report = spawner.receive();
        if (!report) return std::unexpected(std::move(report).error());
        const std::optional<Spawner::Report>& ended = *report;
        if (!ended) continue;
        const StageEnd& end = ended->end;
        if (end.verdict == Verdict::failed)
            return fail(ErrorCode::sandbox_unavailable, end.message);
        if (end.verdict != Verdict::ended || end.wait_status != 0) {
            return fail(
                ErrorCode::sandbox_unavailable,
                fmt::format("{} does not run in a sandbox: {}", command[0], text));
        }
        return text;
    }
}

/// The process that strangers talk to keeps no privilege: the spawner has them all.
Result<> drop_privileges() {
    int follows = 0;
    ::prctl(PR_GET_PDEATHSIG, &follows, 0, 0, 0);
    const pid_t parent = ::getppid();
    if (::setgroups(0, nullptr) < 0 || ::setresgid(own_uid, own_uid, own_uid) < 0 ||
        ::setresuid(own_uid, own_uid, own_uid) < 0) {
        return fail(
            ErrorCode::internal,
            fmt::format("Cannot give up root: {}.", std::generic_category().message(errno)));
    }
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    // The kernel forgets it when ids change; the parent may have died in between.
    if (follows != 0) {
        ::prctl(PR_SET_PDEATHSIG, follows, 0, 0, 0);
        if (::getppid() != parent)
            return fail(ErrorCode::internal, "The server that started this runner is gone.");
    }
    return {};
}

void tell_parent(const std::string& ready_fd, std::uint16_t port) {
    int fd = -1;
    std::from_chars(ready_fd.data(), ready_fd.data() + ready_fd.size(), fd);
    if (fd < 0) return;
    const UniqueFd owned(fd);
    const std::string line = fmt::format("{}\n", port);
    (void)!::write(fd, line.data(), line.size());
}

Result<Spawner> start_spawner(const RunnerSettings& settings, std::size_t slots) {
    auto spawner = Spawner::start(slots);
    if (!spawner) return spawner;
    const Isolation& isolation = spawner->isolation();
    if (settings.require == Require::full && isolation.cgroups == CgroupVersion::none) {
        return fail(
            ErrorCode::sandbox_unavailable,
            "Full isolation is required. " + isolation.shortcomings);
    }
    if (!isolation.shortcomings.empty()) spdlog::warn("Isolation: {}", isolation.shortcomings);
    return spawner;
}

/// What ends this process by a signal becomes readable here. Before there are threads, which
/// inherit that it is blocked.
UniqueFd watch_ending_signals() {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t ending{};
    ::sigemptyset(&ending);
    ::sigaddset(&ending, SIGTERM);
    ::sigaddset(&ending, SIGINT);
    ::pthread_sigmask(SIG_BLOCK, &ending, nullptr);
    return UniqueFd(::signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// Answers until a signal or the spawner's end; how the process is to exit.
Result<int> serve(
    const RunnerSettings& settings,
    Spawner spawner,
    std::size_t slots,
    const Runtimes& runtimes,
    const std::string& ready_fd) {
    const std::string isolation = spawner.isolation().name();
    const UniqueFd signals = watch_ending_signals();
    // In this order they go the other way round: what still waits on a loop may hold sockets.
    net::LoopPool pool(1);
    PollLoop loop;
    int exit_code = 0;
    RunBoard board(
        loop,
        std::move(spawner),
        {.slots = slots,
         .queue_max = settings.queue_max,
         .queue_wait = settings.queue_wait,
         .output_bytes = settings.limits.run_output_bytes,
         .input_bytes = settings.limits.run_stdin_bytes});
    board.on_spawner_gone([&] {
        exit_code = 1;
        loop.stop();
    });
    const auto ended =
        loop.watch(signals.get(), PollLoop::Direction::readable, [&loop] { loop.stop(); });

    PistonApi api(ApiPorts{
        loop,
        board,
        runtimes,
        {.token = settings.token,
         .isolation = isolation,
         .interactive_wall = settings.limits.run_wall_interactive}});
    {
        net::Server server(pool, net::HttpLimits(), api);
        const auto port = server.listen(settings.listen_host, settings.listen_port);
        if (!port) return std::unexpected(port.error());
        const auto installed = std::ranges::count_if(
            runtimes.all(), [](const Runtime& runtime) { return runtime.installed; });
        spdlog::info(
            "The runner answers on {}:{}: {} languages, {} runs at once, isolation {}",
            settings.listen_host,
            *port,
            installed,
            slots,
            isolation);
        tell_parent(ready_fd, *port);
        loop.run();
    }
    pool.stop();
    return exit_code;
}

}  // namespace

Result<int> run(RunnerSettings settings) {
    const std::string ready_fd = take_environment("CODENCOLLAB_RUNNER_READY_FD");
    if (const std::string token = take_environment("CODENCOLLAB_RUNNER_TOKEN"); !token.empty()) {
        settings.token = token;
    }
    if (settings.token.empty() && !is_loopback(settings.listen_host)) {
        return fail(
            ErrorCode::bad_payload,
            fmt::format(
                "The runner would run anybody's code on {}: set a token (CODENCOLLAB_RUNNER_TOKEN) "
                "or listen on 127.0.0.1.",
                settings.listen_host));
    }

    const std::size_t slots = slots_of(settings);
    auto spawner = start_spawner(settings, slots);
    if (!spawner) return std::unexpected(std::move(spawner).error());
    std::uint64_t probes = 0;
    // Numbers from the top: those of runs count from one.
    const auto runtimes = Runtimes::load(
        settings.runtimes_dir,
        settings.limits,
        [&](const std::vector<std::string>& command, const Runtime& runtime) {
            return output_of(*spawner, {0, ~0ULL - probes++}, command, runtime);
        });
    if (!runtimes) return std::unexpected(runtimes.error());
    if (spawner->isolation().user_per_slot) {
        if (auto dropped = drop_privileges(); !dropped) return std::unexpected(dropped.error());
    }
    return serve(settings, std::move(*spawner), slots, *runtimes, ready_fd);
}

}  // namespace codencollab::runner
