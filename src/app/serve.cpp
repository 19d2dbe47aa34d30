#include "app/serve.h"

#include "base/log.h"

#include <fmt/format.h>

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <stop_token>
#include <thread>

namespace codencollab::app {

namespace {

constexpr std::chrono::milliseconds runner_start_max{5'000};
/// The contract's ten seconds, less what the kernel needs to clean up.
constexpr std::chrono::milliseconds drain_max{9'700};

sigset_t ending_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    return signals;
}

/// From now on one of the ending signals ends the process at once.
void end_at_once_on_signal() {
    for (const int number : {SIGTERM, SIGINT}) {
        std::signal(number, [](int) { ::_exit(1); });
    }
    const sigset_t signals = ending_signals();
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

/// Ends the process when what it was made for takes longer than it may.
class Deadline {
  public:
    Deadline()
        : watching_([this](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              if (ended_.wait_for(lock, stop, drain_max, [&] { return stop.stop_requested(); })) {
                  return;
              }
              if (stop.stop_requested()) return;
              std::fputs("codencollab: could not end in time\n", stderr);
              ::_exit(1);
          }) {}

  private:
    std::mutex mutex_;
    std::condition_variable_any ended_;
    std::jthread watching_;  // last: it uses the others
};

/// Every socket is a descriptor, and the usual soft limit of 1,024 is a fifth of what we promise.
void allow_many_descriptors() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

int complain(const std::string& problem) {
    fmt::print(stderr, "codencollab: {}\n", problem);
    return 1;
}

}  // namespace

int serve(const Settings& settings, const RunnerCommand& runner) {
    std::signal(SIGPIPE, SIG_IGN);
    // Blocked before there are threads, so that the one below is where they arrive.
    const sigset_t signals = ending_signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    allow_many_descriptors();
    if (auto started = start_log(settings.log_level, settings.log_format); !started) {
        return complain(started.error().message);
    }

    auto node = Node::start(settings, runner);
    if (!node) return complain(node.error().message);
    if (const std::string reason = (*node)->wait_for_runner(runner_start_max); !reason.empty()) {
        spdlog::warn("Code cannot be run now: {}", reason);
    }
    fmt::print("CodenCollab is ready on http://{}\n", to_string((*node)->address()));
    std::fflush(stdout);

    int received = 0;
    sigwait(&signals, &received);
    spdlog::info("Ending: {}. Once more ends at once.", ::sigdescr_np(received));
    end_at_once_on_signal();
    const Deadline deadline;
    const bool is_saved = (*node)->drain();
    node->reset();
    return is_saved ? 0 : 1;
}

}  // namespace codencollab::app
