#pragma once

#include "base/error.h"
#include "base/unique_fd.h"
#include "runner/cgroups.h"
#include "runner/stage.h"

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace codencollab::runner {

/// What this host lets a sandbox guarantee, as the start found out by trying it.
struct Isolation {
    bool user_per_slot = false;   // every slot has a uid of its own
    bool user_namespace = false;  // capabilities that a bug might leave count for nothing
    CgroupVersion cgroups = CgroupVersion::none;
    std::string shortcomings;  // sentences for the person who starts it; empty when there are none

    /// For `/health`: full, cgroup1, userns+cgroup or userns.
    std::string name() const;
};

/// Names one stage that runs: a slot holds one run at a time, a stage is never named twice.
struct StageName {
    std::uint32_t slot = 0;
    std::uint64_t stage = 0;
};

/// The runner's end of the spawner, the one small process with privileges that makes sandboxes. It
/// is forked before the runner has threads, owns the control groups and the runs' folders, enforces
/// the limits of time and memory, and ends every sandbox when the runner is gone.
///
/// Threads: one at a time.
class Spawner {
  public:
    /// The uid of slot n on a host where the runner is root.
    static constexpr unsigned first_uid = 60'000;

    struct Report {
        StageName name;
        StageEnd end;
    };

    Spawner(Spawner&& other) noexcept
        : socket_(std::move(other.socket_)),
          process_(std::exchange(other.process_, 0)),
          isolation_(std::move(other.isolation_)) {}
    Spawner& operator=(Spawner&&) = delete;
    /// Ends every sandbox and waits until nothing of them is left.
    ~Spawner();

    /// Forks the spawner and has it make one sandbox as a trial. Fails with
    /// `sandbox_unavailable` and what is missing when that does not work here.
    static Result<Spawner> start(std::size_t slots);

    const Isolation& isolation() const { return isolation_; }
    /// Readable when reports wait. At its end the spawner is gone.
    int fd() const { return socket_.get(); }
    pid_t process() const { return process_; }

    /// Starts a stage. The pipe ends go to the program. With `new_folder` the slot's /box is made
    /// anew, else it is what the slot's last stage left. Its end comes as a report, always.
    Result<> start_stage(
        StageName name,
        const StageSpec& spec,
        bool new_folder,
        UniqueFd input,
        UniqueFd output,
        UniqueFd errors);
    void kill(StageName name);
    void signal(StageName name, int signal);
    /// Forgets the slot's /box.
    void drop_folder(std::uint32_t slot);

    /// The next report that is there, without waiting. Fails when the spawner is gone.
    Result<std::optional<Report>> receive();

  private:
    Spawner(UniqueFd socket, pid_t process) : socket_(std::move(socket)), process_(process) {}

    UniqueFd socket_;
    pid_t process_;
    Isolation isolation_;
};

}  // namespace codencollab::runner
