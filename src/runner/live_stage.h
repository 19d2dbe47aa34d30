#pragma once

#include "base/unique_fd.h"
#include "runner/cgroups.h"
#include "runner/process_tree.h"
#include "runner/sandbox_init.h"
#include "runner/spawner.h"
#include "runner/stage.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

namespace codencollab::runner {

/// The shared page of one stage, mapped while the stage lives.
class MappedPage {
  public:
    MappedPage()
        : page_(static_cast<StagePage*>(::mmap(
              nullptr,
              sizeof(StagePage),
              PROT_READ | PROT_WRITE,
              MAP_SHARED | MAP_ANONYMOUS,
              -1,
              0))) {}
    MappedPage(MappedPage&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}
    MappedPage& operator=(MappedPage&& other) noexcept {
        std::swap(page_, other.page_);
        return *this;
    }
    ~MappedPage() {
        if (is_good()) ::munmap(page_, sizeof(StagePage));
    }
    bool is_good() const { return page_ != nullptr && page_ != MAP_FAILED; }
    StagePage& operator*() const { return *page_; }
    StagePage* get() const { return page_; }

  private:
    StagePage* page_;
};

/// A sandbox's first process: killed and waited for at the end of its owner, and with it, by the
/// kernel, everything in the sandbox.
class FirstProcess {
  public:
    FirstProcess() = default;
    FirstProcess(pid_t process, UniqueFd pidfd) : process_(process), pidfd_(std::move(pidfd)) {}
    FirstProcess(FirstProcess&& other) noexcept
        : process_(std::exchange(other.process_, 0)), pidfd_(std::move(other.pidfd_)) {}
    FirstProcess& operator=(FirstProcess&& other) noexcept {
        std::swap(process_, other.process_);
        std::swap(pidfd_, other.pidfd_);
        return *this;
    }
    ~FirstProcess() {
        kill();
        wait();
    }
    void kill() const {
        if (process_ > 0) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0U);
    }
    void wait() {
        if (process_ <= 0) return;
        while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
        }
        process_ = 0;
    }
    pid_t id() const { return process_; }
    int fd() const { return pidfd_.get(); }

  private:
    pid_t process_ = 0;
    UniqueFd pidfd_;
};

/// One sandbox that lives, and what there is of it on this side.
struct LiveStage {
    using Clock = std::chrono::steady_clock;

    StageName name;
    StageLimits limits;
    Clock::time_point arrived;
    Clock::time_point next_look;
    // The group goes after the process that is in it: members die in reverse order.
    StageCgroup group;
    MappedPage page;
    UniqueFd control;
    UniqueFd memory_event;
    FirstProcess first;
    Verdict forced = Verdict::ended;
    TreeUsage tree_peak;  // where there is no group

    void end_as(Verdict verdict) {
        if (forced == Verdict::ended) forced = verdict;
        first.kill();
    }
};

}  // namespace codencollab::runner
