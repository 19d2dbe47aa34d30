#include "executor/runner_process.h"

#include "base/unique_fd.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>
#include <system_error>
#include <thread>

namespace codencollab::executor {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr milliseconds end_patience{3'000};
// Where the new process finds the pipe into which it writes its port.
constexpr int ready_fd_in_child = 3;

std::string random_token(Random& random) {
    std::array<std::byte, 24> bytes{};
    random.fill(bytes);
    std::string text;
    for (const std::byte byte : bytes)
        text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return text;
}

/// One runner; ended and reaped by its destructor.
class Child {
  public:
    Child(pid_t process, UniqueFd pidfd, UniqueFd ready)
        : process_(process), pidfd_(std::move(pidfd)), ready_(std::move(ready)) {}
    Child(Child&& other) noexcept
        : process_(std::exchange(other.process_, 0)),
          pidfd_(std::move(other.pidfd_)),
          ready_(std::move(other.ready_)) {}
    Child& operator=(Child&&) = delete;
    ~Child() {
        if (process_ <= 0) return;
        signal(SIGTERM);
        pollfd ended{pidfd_.get(), POLLIN, 0};
        if (::poll(&ended, 1, static_cast<int>(end_patience.count())) <= 0) signal(SIGKILL);
        reap();
    }
    int fd() const { return pidfd_.get(); }
    int ready_fd() const { return ready_.get(); }

    /// How it ended, as a person says it; once it has.
    std::string reap() {
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        process_ = 0;
        if (WIFSIGNALED(status)) return fmt::format("was ended by signal {}", WTERMSIG(status));
        return fmt::format("exited with {}", WEXITSTATUS(status));
    }

  private:
    void signal(int number) const {
        ::syscall(SYS_pidfd_send_signal, pidfd_.get(), number, nullptr, 0U);
    }

    pid_t process_;
    UniqueFd pidfd_;
    UniqueFd ready_;
};

}  // namespace

class RunnerProcess::Keeper {
  public:
    Keeper(RunnerProcessSettings settings, Random& random, OnUp on_up, OnDown on_down)
        : settings_(std::move(settings)),
          random_(random),
          on_up_(std::move(on_up)),
          on_down_(std::move(on_down)),
          stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
          // The kernel kills the runner when the thread that started it ends, so this one lives
          // until the destructor.
          thread_([this] { keep(); }) {}

    ~Keeper() {
        const std::uint64_t one = 1;
        (void)!::write(stop_.get(), &one, sizeof one);
        thread_.join();
    }

  private:
    enum class Woken { ready, stopped, timed_out };

    /// Waits for `fd`, for the order to stop or for `patience` to be over.
    Woken wait_for(int fd, std::optional<milliseconds> patience) const {
        pollfd waits[2] = {{stop_.get(), POLLIN, 0}, {fd, POLLIN, 0}};
        const int timeout = patience ? static_cast<int>(patience->count()) : -1;
        int count = 0;
        do {
            count = ::poll(waits, fd < 0 ? 1 : 2, timeout);
        } while (count < 0 && errno == EINTR);
        if (waits[0].revents != 0) return Woken::stopped;
        return count == 0 ? Woken::timed_out : Woken::ready;
    }

    void keep() {
        milliseconds backoff = settings_.backoff_first;
        while (true) {
            const auto started = SteadyClock::now();
            std::string what_happened;
            const Woken woken = live_once(what_happened);
            if (woken == Woken::stopped) return;
            if (SteadyClock::now() - started > settings_.backoff_last)
                backoff = settings_.backoff_first;
            spdlog::error(
                "The runner {}; it is started again in {} ms", what_happened, backoff.count());
            on_down_("The runner stopped and is being started again. Try again in a moment.");
            if (wait_for(-1, backoff) == Woken::stopped) return;
            backoff = std::min(backoff * 2, settings_.backoff_last);
        }
    }

    /// One runner, from its start to its end or to the order to stop.
    Woken live_once(std::string& what_happened) {
        const std::string token = random_token(random_);
        std::optional<Child> child = spawn(token);
        if (!child) {
            what_happened =
                fmt::format("cannot be started: {}", std::generic_category().message(errno));
            return Woken::ready;
        }
        const auto port = read_port(*child, what_happened);
        if (!port) return what_happened.empty() ? Woken::stopped : Woken::ready;
        on_up_({fmt::format("http://127.0.0.1:{}", *port), token});
        if (wait_for(child->fd(), std::nullopt) == Woken::stopped) return Woken::stopped;
        what_happened = child->reap();
        return Woken::ready;
    }

    /// The port that a new runner reports. Nothing when it died or took too long, with what
    /// happened, or when this one is to stop, with nothing.
    std::optional<unsigned> read_port(Child& child, std::string& what_happened) const {
        std::string line;
        const auto end = SteadyClock::now() + settings_.start_timeout;
        while (!line.ends_with('\n')) {
            const auto left = std::chrono::ceil<milliseconds>(end - SteadyClock::now());
            const Woken woken = wait_for(child.ready_fd(), std::max(left, milliseconds(0)));
            if (woken == Woken::stopped) return std::nullopt;
            char buffer[16];
            const ssize_t count =
                woken == Woken::ready ? ::read(child.ready_fd(), buffer, sizeof buffer) : -1;
            if (woken == Woken::timed_out) {
                what_happened = "did not answer in time";
                return std::nullopt;
            }
            if (count <= 0) {
                // Its end of the pipe is closed: it has ended, or is about to.
                if (wait_for(child.fd(), end_patience) == Woken::ready)
                    what_happened = child.reap();
                else
                    what_happened = "closed its pipe";
                return std::nullopt;
            }
            line.append(buffer, static_cast<std::size_t>(count));
        }
        unsigned port = 0;
        std::from_chars(line.data(), line.data() + line.size(), port);
        if (port == 0 || port > 65'535) {
            what_happened = "reported no port";
            return std::nullopt;
        }
        return port;
    }

    std::optional<Child> spawn(const std::string& token) const {
        int ready[2];
        if (::pipe2(ready, O_CLOEXEC) < 0) return std::nullopt;
        UniqueFd ready_read(ready[0]);
        const UniqueFd ready_write(ready[1]);

        // Everything that allocates comes before the fork: this process has other threads.
        std::vector<std::string> arguments = {"codencollab"};
        arguments.insert(arguments.end(), settings_.arguments.begin(), settings_.arguments.end());
        std::vector<std::string> variables;
        for (char** variable = environ; *variable != nullptr; ++variable) {
            const std::string_view text(*variable);
            // Secrets of the server are none of the runner's business.
            if (text.starts_with("CODENCOLLAB_RUNNER_") || text.starts_with("DATABASE_URL") ||
                text.starts_with("NATS_URL") || text.starts_with("SUPABASE_")) {
                continue;
            }
            variables.emplace_back(text);
        }
        variables.push_back("CODENCOLLAB_RUNNER_TOKEN=" + token);
        variables.push_back(fmt::format("CODENCOLLAB_RUNNER_READY_FD={}", ready_fd_in_child));
        const auto pointers = [](std::vector<std::string>& texts) {
            std::vector<char*> list;
            list.reserve(texts.size() + 1);
            for (std::string& text : texts)
                list.push_back(text.data());
            list.push_back(nullptr);
            return list;
        };
        const std::vector<char*> argv = pointers(arguments);
        const std::vector<char*> envp = pointers(variables);
        const std::string program = settings_.program.string();
        const pid_t parent = ::getpid();

        const pid_t process = ::fork();
        if (process < 0) return std::nullopt;
        if (process == 0) run_child(program, argv, envp, ready_write.get(), parent);
        UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, process, 0U)));
        return Child(process, std::move(pidfd), std::move(ready_read));
    }

    /// Only calls that are safe after the fork of a threaded process.
    [[noreturn]] static void run_child(
        const std::string& program,
        const std::vector<char*>& argv,
        const std::vector<char*>& envp,
        int ready,
        pid_t parent) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        if (::getppid() != parent) ::_exit(1);
        for (int number = 1; number < NSIG; ++number)
            ::signal(number, SIG_DFL);
        sigset_t none{};
        ::sigemptyset(&none);
        ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
        // A group of its own: Ctrl-C is for the server, which then ends the runner in its order.
        ::setpgid(0, 0);
        if (ready == ready_fd_in_child)
            ::fcntl(ready, F_SETFD, 0);
        else if (::dup2(ready, ready_fd_in_child) < 0)
            ::_exit(1);
        ::syscall(SYS_close_range, static_cast<unsigned>(ready_fd_in_child) + 1, ~0U, 0U);
        ::execve(program.c_str(), argv.data(), envp.data());
        ::_exit(127);
    }

    RunnerProcessSettings settings_;
    Random& random_;
    OnUp on_up_;
    OnDown on_down_;
    UniqueFd stop_;
    std::jthread thread_;
};

RunnerProcess::RunnerProcess(
    RunnerProcessSettings settings, Random& random, OnUp on_up, OnDown on_down)
    : keeper_(std::make_unique<Keeper>(
          std::move(settings), random, std::move(on_up), std::move(on_down))) {}

RunnerProcess::~RunnerProcess() = default;

}  // namespace codencollab::executor
