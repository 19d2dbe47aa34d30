#include "runner/spawner_process.h"

#include "runner/cgroups.h"
#include "runner/live_stage.h"
#include "runner/process_tree.h"
#include "runner/sandbox_init.h"
#include "runner/seccomp_filter.h"
#include "runner/spawner.h"
#include "runner/spawner_wire.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace codencollab::runner {

namespace {

using Clock = LiveStage::Clock;
using std::chrono::milliseconds;

constexpr unsigned uid_inside = 1'000;
constexpr std::uint64_t folder_inodes = 16'384;
// How close to its limits a stage is looked at; and how often where only /proc tells.
constexpr milliseconds look_soonest{10};
constexpr milliseconds look_at_tree{100};

std::int64_t clock_ns(Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

bool write_text(const std::string& path, std::string_view text) {
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file &&
           ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

std::string read_all(int fd) {
    std::string bytes;
    std::array<char, 65'536> buffer{};
    while (true) {
        const ssize_t count =
            ::pread(fd, buffer.data(), buffer.size(), static_cast<off_t>(bytes.size()));
        if (count <= 0) return bytes;
        bytes.append(buffer.data(), static_cast<std::size_t>(count));
    }
}

class SpawnerProcess {
  public:
    SpawnerProcess(UniqueFd socket, std::size_t slots)
        : socket_(std::move(socket)), slots_(slots) {}

    void serve() {
        if (auto ready = prepare(); !ready) {
            send_useless(ready.error().message);
            return;
        }
        send_ready();
        while (turn()) {
        }
    }

  private:
    /// Parts from the host's mounts, finds out what works here, and proves it with one sandbox.
    Result<> prepare() {
        is_root_ = ::geteuid() == 0 && holds_slot_ids();
        cgroups_ = std::make_unique<Cgroups>();
        if (is_root_) {
            if (::unshare(CLONE_NEWNS) < 0) return missing("a mount namespace");
        } else if (auto mapped = enter_user_namespace(); !mapped) {
            return mapped;
        }
        if (auto made = make_scratch(); !made) return made;
        filter_ = build_seccomp_filter();

        use_user_namespace_ = true;
        auto tried = trial();
        if (!tried && is_root_) {
            use_user_namespace_ = false;
            const std::string why = tried.error().message;
            tried = trial();
            if (tried)
                shortcomings_ += "Sandboxes have no user namespace of their own: " + why + " ";
        }
        return tried;
    }

    static std::unexpected<Error> missing(const std::string& what) {
        return fail(
            ErrorCode::sandbox_unavailable,
            fmt::format(
                "This host cannot isolate programs: {} is refused ({}). Start the runner as root, "
                "or allow unprivileged user namespaces (sysctl user.max_user_namespaces, "
                "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns).",
                what,
                std::generic_category().message(errno)));
    }

    /// Whether the ids of the slots exist here: in a container only some may be mapped.
    bool holds_slot_ids() const {
        std::ifstream map("/proc/self/uid_map");
        std::uint64_t inside = 0;
        std::uint64_t outside = 0;
        std::uint64_t count = 0;
        while (map >> inside >> outside >> count) {
            if (inside <= Spawner::first_uid && inside + count > Spawner::first_uid + slots_)
                return true;
        }
        return false;
    }

    /// Without root: a user namespace in which this process may mount and map.
    Result<> enter_user_namespace() {
        const uid_t user = ::geteuid();
        const gid_t group = ::getegid();
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) return missing("a user namespace");
        if (!write_text("/proc/self/setgroups", "deny") ||
            !write_text("/proc/self/uid_map", fmt::format("0 {} 1", user)) ||
            !write_text("/proc/self/gid_map", fmt::format("0 {} 1", group))) {
            return missing("a map for the user namespace");
        }
        return {};
    }

    Result<> make_scratch() {
        if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) {
            return missing("a private view of the mounts");
        }
        // Any folder that every system has: only this process and its sandboxes see the mount.
        const std::string scratch = std::filesystem::is_directory("/mnt") ? "/mnt" : "/media";
        if (::mount("tmpfs", scratch.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,mode=755") <
            0) {
            return missing("a tmpfs");
        }
        for (const char* folder : {"/root", "/empty", "/box"}) {
            if (::mkdir((scratch + folder).c_str(), 0755) < 0) return missing("a folder");
        }
        scratch_ = scratch;
        return {};
    }

    Result<> trial() {
        StageSpec spec;
        spec.argv = {"/usr/bin/true"};
        spec.loopback = true;
        if (auto made = make_folder(0, spec.limits); !made) return made;
        UniqueFd null(::open("/dev/null", O_RDWR | O_CLOEXEC));
        SpawnerRequest request{.kind = SpawnerRequest::Kind::start};
        auto stage = spawn(request, spec, null, null, null);
        if (!stage) return std::unexpected(std::move(stage).error());
        stage->first.wait();
        const StagePage& page = *stage->page;
        drop_folder(0);
        if (page.failed) return fail(ErrorCode::sandbox_unavailable, page.message);
        if (!page.ended || page.wait_status != 0) {
            return fail(
                ErrorCode::sandbox_unavailable, "The trial sandbox did not run /usr/bin/true.");
        }
        return {};
    }

    unsigned id_outside(std::uint32_t slot) const {
        return is_root_ ? Spawner::first_uid + slot : 0;
    }

    std::string folder_of(std::uint32_t slot) const {
        return fmt::format("{}/box/{}", scratch_, slot);
    }

    Result<> make_folder(std::uint32_t slot, const StageLimits& limits) const {
        drop_folder(slot);
        const std::string folder = folder_of(slot);
        if (::mkdir(folder.c_str(), 0700) < 0 && errno != EEXIST) return missing("a folder");
        const std::string options = fmt::format(
            "size={},nr_inodes={},mode=755,uid={},gid={}",
            limits.folder_bytes,
            folder_inodes,
            id_outside(slot),
            id_outside(slot));
        if (::mount("box", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) < 0) {
            return missing("a tmpfs for the run");
        }
        return {};
    }

    void drop_folder(std::uint32_t slot) const {
        // Fails with EINVAL where none is mounted, which is what we want then.
        ::umount2(folder_of(slot).c_str(), MNT_DETACH);
    }

    /// Makes the sandbox. When anything fails on the way, what was made is undone by its owners.
    Result<LiveStage> spawn(
        const SpawnerRequest& request,
        const StageSpec& spec,
        const UniqueFd& input,
        const UniqueFd& output,
        const UniqueFd& errors) {
        LiveStage stage;
        stage.name = {request.slot, request.stage};
        stage.limits = spec.limits;
        stage.arrived = Clock::now();
        stage.next_look = stage.arrived + look_soonest;
        if (!stage.page.is_good()) return missing("shared memory");
        auto group = cgroups_->make(fmt::format("{}-{}", request.slot, request.stage), spec.limits);
        if (!group) return std::unexpected(std::move(group).error());
        stage.group = std::move(*group);
        stage.memory_event = stage.group.watch_memory();

        int go[2];
        int control[2];
        if (::pipe2(go, O_CLOEXEC) < 0) return missing("a pipe");
        const UniqueFd go_read(go[0]);
        const UniqueFd go_write(go[1]);
        if (::pipe2(control, O_CLOEXEC) < 0) return missing("a pipe");
        const UniqueFd control_read(control[0]);
        stage.control = UniqueFd(control[1]);

        // Opening /dev/stdout opens the pipe anew, which only its owner may.
        if (is_root_) {
            for (const UniqueFd* end : {&input, &output, &errors}) {
                struct stat status{};
                if (::fstat(end->get(), &status) == 0 && S_ISFIFO(status.st_mode)) {
                    (void)!::fchown(end->get(), id_outside(request.slot), id_outside(request.slot));
                }
            }
        }

        unsigned long flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
                              CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_PIDFD | SIGCHLD;
        if (use_user_namespace_) flags |= CLONE_NEWUSER;
        int pidfd = -1;
        // The raw call is a fork here: it has no stack and no handlers of its own.
        const auto process =
            static_cast<pid_t>(::syscall(SYS_clone, flags, nullptr, &pidfd, nullptr, nullptr));
        if (process < 0) return missing("a new namespace");
        if (process == 0) {
            run_sandbox({
                .spec = spec,
                .filter = filter_,
                .scratch = scratch_,
                .job_folder = folder_of(request.slot),
                .uid = use_user_namespace_ ? uid_inside : id_outside(request.slot),
                .drop_groups = is_root_,
                .limit_data = !stage.group.is_there(),
                .page = stage.page.get(),
                .go = go_read.get(),
                .control = control_read.get(),
                .input = input.get(),
                .output = output.get(),
                .errors = errors.get(),
            });
        }
        stage.first = FirstProcess(process, UniqueFd(pidfd));

        if (use_user_namespace_) {
            const std::string map = fmt::format("{} {} 1", uid_inside, id_outside(request.slot));
            const std::string folder = fmt::format("/proc/{}/", process);
            if (!write_text(folder + "uid_map", map) || !write_text(folder + "gid_map", map)) {
                return missing("a map for the sandbox's user");
            }
        }
        if (auto added = stage.group.add(process); !added) return std::unexpected(added.error());
        if (::write(go_write.get(), "g", 1) != 1) return missing("a start");
        return stage;
    }

    void start(const SpawnerRequest& request, std::array<UniqueFd, request_fds> fds) {
        StageName name{request.slot, request.stage};
        auto spec = decode_stage(read_all(fds[0].get()));
        if (!spec) return report_failure(name, spec.error().message);
        if (request.new_folder != 0) {
            if (auto made = make_folder(request.slot, spec->limits); !made) {
                return report_failure(name, made.error().message);
            }
        }
        auto stage = spawn(request, *spec, fds[1], fds[2], fds[3]);
        if (!stage) return report_failure(name, stage.error().message);
        stages_.push_back(std::move(*stage));
    }

    LiveStage* find(const SpawnerRequest& request) {
        for (LiveStage& stage : stages_) {
            if (stage.name.slot == request.slot && stage.name.stage == request.stage) return &stage;
        }
        return nullptr;
    }

    /// One wait and what it brought; false when the runner is gone.
    bool turn() {
        std::vector<pollfd> ready = {{socket_.get(), POLLIN, 0}};
        for (const LiveStage& stage : stages_) {
            ready.push_back({stage.first.fd(), POLLIN, 0});
            ready.push_back({stage.memory_event.get(), POLLIN, 0});  // -1 is passed over
        }
        if (::poll(ready.data(), ready.size(), wait_ms()) < 0 && errno != EINTR) return false;

        std::size_t at = 1;
        for (auto stage = stages_.begin(); stage != stages_.end(); at += 2) {
            if (ready[at + 1].revents != 0) stage->end_as(Verdict::memory);
            if (ready[at].revents != 0) {
                finish(*stage);
                stage = stages_.erase(stage);
            } else {
                ++stage;
            }
        }
        const auto now = Clock::now();
        for (LiveStage& stage : stages_) {
            if (now >= stage.next_look) look_at(stage, now);
        }
        return ready[0].revents == 0 || take_requests();
    }

    bool take_requests() {
        while (true) {
            SpawnerRequest request{};
            std::array<UniqueFd, request_fds> fds;
            switch (receive_datagram(
                socket_.get(), std::as_writable_bytes(std::span(&request, 1)), &fds, false)) {
                case Received::end:
                    return false;
                case Received::nothing:
                    return true;
                case Received::message:
                    break;
            }
            switch (request.kind) {
                case SpawnerRequest::Kind::start:
                    start(request, std::move(fds));
                    break;
                case SpawnerRequest::Kind::kill:
                    if (LiveStage* stage = find(request)) stage->end_as(Verdict::killed);
                    break;
                case SpawnerRequest::Kind::signal:
                    if (LiveStage* stage = find(request)) {
                        const auto number = static_cast<char>(request.signal);
                        (void)!::write(stage->control.get(), &number, 1);
                    }
                    break;
                case SpawnerRequest::Kind::drop_folder:
                    drop_folder(request.slot);
                    break;
            }
        }
    }

    int wait_ms() const {
        if (stages_.empty()) return -1;
        auto soonest = stages_.front().next_look;
        for (const LiveStage& stage : stages_)
            soonest = std::min(soonest, stage.next_look);
        const auto left = std::chrono::ceil<milliseconds>(soonest - Clock::now()).count();
        return static_cast<int>(std::clamp<long long>(left, 0, 60'000));
    }

    /// Compares a stage with its limits and says when to look again: a stage has one core, so it
    /// cannot pass its CPU limit before what is left of it has gone by.
    void look_at(LiveStage& stage, Clock::time_point now) {
        const auto wall_end = stage.arrived + stage.limits.wall;
        if (now >= wall_end) {
            stage.end_as(Verdict::wall_time);
            stage.next_look = now + std::chrono::seconds(1);
            return;
        }
        milliseconds again = look_at_tree;
        std::int64_t used_us = 0;
        if (stage.group.is_there()) {
            used_us = stage.group.cpu_us();
            again = stage.limits.cpu - milliseconds(used_us / 1000);
        } else {
            const TreeUsage usage = usage_of_tree(stage.first.id());
            used_us = usage.cpu_us;
            stage.tree_peak.cpu_us = std::max(stage.tree_peak.cpu_us, usage.cpu_us);
            stage.tree_peak.memory_bytes =
                std::max(stage.tree_peak.memory_bytes, usage.memory_bytes);
            if (static_cast<std::uint64_t>(usage.memory_bytes) > stage.limits.memory_bytes) {
                stage.end_as(Verdict::memory);
            }
        }
        if (used_us >= stage.limits.cpu.count() * 1000) stage.end_as(Verdict::cpu_time);
        stage.next_look = std::min(wall_end, now + std::max(look_soonest, again));
    }

    void finish(LiveStage& stage) const {
        stage.first.wait();
        const StagePage& page = *stage.page;
        SpawnerReport report{};
        report.kind = SpawnerReport::Kind::ended;
        report.slot = stage.name.slot;
        report.stage = stage.name.stage;
        report.wait_status = page.wait_status;
        const std::int64_t arrived_ns = clock_ns(stage.arrived);
        const std::int64_t ended_ns = page.ended ? page.ended_ns : clock_ns(Clock::now());
        if (page.started) {
            report.setup_us = (page.started_ns - arrived_ns) / 1000;
            report.wall_us = (ended_ns - page.started_ns) / 1000;
        }
        Verdict verdict = stage.forced;
        if (page.failed) {
            verdict = Verdict::failed;
            std::memcpy(report.message, page.message, StagePage::message_max);
        } else if (verdict == Verdict::ended && !page.ended) {
            // The first process is gone and we did not end it: only the kernel does that, for want
            // of memory.
            verdict = Verdict::memory;
        }
        if (stage.group.is_there()) {
            report.cpu_us = stage.group.cpu_us();
            report.memory_bytes = stage.group.memory_peak_bytes();
            report.memory_hit = stage.group.memory_was_hit() ? 1 : 0;
            report.processes_hit = stage.group.processes_were_hit() ? 1 : 0;
        } else {
            report.cpu_us = std::max(page.cpu_us, stage.tree_peak.cpu_us);
            report.memory_bytes =
                std::max(page.memory_peak_kib * 1024, stage.tree_peak.memory_bytes);
        }
        if (verdict == Verdict::memory) report.memory_hit = 1;
        report.verdict = static_cast<std::uint32_t>(verdict);
        send(report);
    }

    void report_failure(StageName name, const std::string& message) const {
        SpawnerReport report{};
        report.kind = SpawnerReport::Kind::ended;
        report.slot = name.slot;
        report.stage = name.stage;
        report.verdict = static_cast<std::uint32_t>(Verdict::failed);
        message.copy(report.message, SpawnerReport::message_max - 1);
        send(report);
    }

    void send_useless(const std::string& why) const {
        SpawnerReport report{};
        report.kind = SpawnerReport::Kind::useless;
        why.copy(report.message, SpawnerReport::message_max - 1);
        send(report);
    }

    void send_ready() {
        if (cgroups_->version() == CgroupVersion::none) {
            shortcomings_ += fmt::format(
                "Memory, CPU time and processes are limited approximately, by rlimits and a "
                "watchdog, for there are no control groups to use: {} ",
                cgroups_->why_not());
        }
        if (!is_root_) {
            shortcomings_ += "All sandboxes share this user's id: run as root for one id each. ";
        }
        SpawnerReport report{};
        report.kind = SpawnerReport::Kind::ready;
        report.user_per_slot = is_root_ ? 1 : 0;
        report.user_namespace = use_user_namespace_ ? 1 : 0;
        report.cgroups = static_cast<std::uint32_t>(cgroups_->version());
        shortcomings_.copy(report.message, SpawnerReport::message_max - 1);
        send(report);
    }

    void send(const SpawnerReport& report) const {
        // A runner that is gone is noticed when the socket is read.
        (void)send_datagram(socket_.get(), std::as_bytes(std::span(&report, 1)));
    }

    UniqueFd socket_;
    std::size_t slots_;
    bool is_root_ = false;
    bool use_user_namespace_ = false;
    std::string scratch_;
    std::string shortcomings_;
    std::vector<sock_filter> filter_;
    std::unique_ptr<Cgroups> cgroups_;  // once prepared
    std::list<LiveStage> stages_;
};

}  // namespace

void serve_as_spawner(UniqueFd socket, std::size_t slots) {
    // The terminal's Ctrl-C goes to everybody; this process ends when the runner does.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE})
        ::signal(signal, SIG_IGN);
    ::prctl(PR_SET_NAME, "spawner", 0, 0, 0);
    // Nothing that the runner has open is ours to hold, but its log and the socket.
    if (socket.get() != 3) {
        if (::dup3(socket.get(), 3, O_CLOEXEC) < 0) ::_exit(1);
        socket = UniqueFd(3);
    }
    ::syscall(SYS_close_range, 4U, ~0U, 0U);
    SpawnerProcess(std::move(socket), slots).serve();
    ::_exit(0);
}

}  // namespace codencollab::runner
