#include "runner/sandbox_init.h"

#include "runner/mount_plan.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/if.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <system_error>

namespace codencollab::runner {

namespace {

constexpr int failed_exit = 70;
// Where the descriptors of the first process lie once everything inherited is closed.
constexpr int control_fd = 3;
constexpr int go_fd = 4;
constexpr std::uint64_t scratch_inodes = 16'384;
constexpr std::uint64_t mebibyte = 1 << 20;

/// Where a step that fails says so; this process has one sandbox in its life.
StagePage*& shared_page() {
    static constinit StagePage* page = nullptr;
    return page;
}

[[noreturn]] void give_up(const char* step, const std::string& what = {}) {
    const int error = errno;
    StagePage& page = *shared_page();
    std::snprintf(
        page.message,
        StagePage::message_max,
        "The sandbox could not be made: %s%s%s: %s.",
        step,
        what.empty() ? "" : " ",
        what.c_str(),
        std::generic_category().message(error).c_str());
    page.failed.store(true, std::memory_order_release);
    ::_exit(failed_exit);
}

void check(bool good, const char* step, const std::string& what = {}) {
    if (!good) give_up(step, what);
}

std::int64_t now_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void make_read_only(const std::string& path) {
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    const long done = ::syscall(
        SYS_mount_setattr, AT_FDCWD, path.c_str(), AT_RECURSIVE, &attributes, sizeof attributes);
    check(done == 0, "make read-only", path);
}

void make_folders(const std::string& path) {
    for (std::size_t slash = 1; slash != std::string::npos;) {
        slash = path.find('/', slash + 1);
        if (::mkdir(path.substr(0, slash).c_str(), 0755) < 0) check(errno == EEXIST, "make", path);
    }
}

void make_file(const std::string& path, const std::string& content) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    check(file >= 0, "write", path);
    check(
        ::write(file, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
        "write",
        path);
    ::close(file);
}

/// An empty file or folder at `target` of the kind of `source`, to mount onto.
void make_place_for(const std::string& source, const std::string& target) {
    struct stat status{};
    check(::stat(source.c_str(), &status) == 0, "find", source);
    if (S_ISDIR(status.st_mode)) {
        make_folders(target);
        return;
    }
    const std::size_t slash = target.rfind('/');
    make_folders(target.substr(0, slash));
    struct stat existing{};
    if (::stat(target.c_str(), &existing) != 0) make_file(target, {});
}

void bind(const std::string& source, const std::string& target, unsigned long recursive) {
    check(
        ::mount(source.c_str(), target.c_str(), nullptr, MS_BIND | recursive, nullptr) == 0,
        "bind",
        source);
}

void mount_usr(const SandboxPlan& plan, const std::string& target) {
    // An overlay has inodes of its own: through those of a plain bind, locks, leases and inotify
    // would reach from one sandbox to another.
    const std::string options = "lowerdir=/usr:" + plan.scratch + "/empty";
    const unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV;
    if (::mount("usr", target.c_str(), "overlay", flags, options.c_str()) == 0) return;
    bind("/usr", target, MS_REC);
    make_read_only(target);
}

void mount_scratch(const std::string& target, std::uint64_t bytes) {
    char options[96];
    std::snprintf(
        options,
        sizeof options,
        "size=%llu,nr_inodes=%llu,mode=1777",
        static_cast<unsigned long long>(bytes),
        static_cast<unsigned long long>(scratch_inodes));
    check(
        ::mount("tmpfs", target.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, options) == 0,
        "mount",
        target);
}

void take(const SandboxPlan& plan, const MountStep& step, const std::string& root) {
    using enum MountStep::Kind;
    const std::string target = root + step.target;
    const bool there_already = step.kind == hide_file || step.kind == hide_folder;
    const std::string& must_exist = there_already ? target : step.source;
    if (!step.required && ::access(must_exist.c_str(), F_OK) != 0) return;

    switch (step.kind) {
        case folder:
            make_folders(target);
            break;
        case link:
            check(::symlink(step.source.c_str(), target.c_str()) == 0, "link", target);
            break;
        case text:
            make_file(target, step.source);
            break;
        case usr:
            make_folders(target);
            mount_usr(plan, target);
            break;
        case device:
            make_place_for(step.source, target);
            bind(step.source, target, 0);
            break;
        case read_only:
            make_place_for(step.source, target);
            bind(step.source, target, MS_REC);
            make_read_only(target);
            break;
        case job_folder:
            make_folders(target);
            bind(plan.job_folder, target, 0);
            break;
        case scratch:
            make_folders(target);
            mount_scratch(target, plan.spec.limits.folder_bytes);
            break;
        case proc:
            make_folders(target);
            check(
                ::mount(
                    "proc",
                    target.c_str(),
                    "proc",
                    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                    "hidepid=2") == 0,
                "mount",
                "/proc");
            break;
        case hide_file:
            bind("/dev/null", target, 0);
            break;
        case hide_folder:
            check(
                ::mount(
                    "tmpfs",
                    target.c_str(),
                    "tmpfs",
                    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC,
                    "size=4k,mode=555") == 0,
                "hide",
                target);
            break;
    }
}

void build_root(const SandboxPlan& plan) {
    // First of all, or every mount below would appear on the host.
    check(
        ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0,
        "part from the host's mounts");
    const std::string root = plan.scratch + "/root";
    check(
        ::mount(
            "tmpfs",
            root.c_str(),
            "tmpfs",
            MS_NOSUID | MS_NODEV,
            "size=1m,nr_inodes=512,mode=755") == 0,
        "mount",
        "the root");
    for (const MountStep& step : mount_plan(plan.spec, plan.uid))
        take(plan, step, root);

    check(::chdir(root.c_str()) == 0, "enter", "the root");
    check(::mkdir("old", 0700) == 0, "make", "old");
    check(::syscall(SYS_pivot_root, ".", "old") == 0, "change the root");
    check(::umount2("/old", MNT_DETACH) == 0, "leave", "the old root");
    check(::chdir("/") == 0 && ::rmdir("/old") == 0, "remove", "old");
    check(
        ::mount(
            nullptr,
            "/",
            nullptr,
            MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV,
            nullptr) == 0,
        "make read-only",
        "the root");
}

void write_files(const std::vector<SourceFile>& files) {
    if (files.empty()) return;
    const int box = ::open("/box", O_PATH | O_DIRECTORY | O_CLOEXEC);
    check(box >= 0, "open", "/box");
    for (const SourceFile& file : files) {
        for (std::size_t slash = file.path.find('/'); slash != std::string::npos;
             slash = file.path.find('/', slash + 1)) {
            if (::mkdirat(box, file.path.substr(0, slash).c_str(), 0755) < 0) {
                check(errno == EEXIST, "make the folder of", file.path);
            }
        }
        open_how how{};
        how.flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        how.mode = 0644;
        how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
        const auto target =
            static_cast<int>(::syscall(SYS_openat2, box, file.path.c_str(), &how, sizeof how));
        check(target >= 0, "write", file.path);
        for (std::size_t done = 0; done < file.bytes.size();) {
            const ssize_t count =
                ::write(target, file.bytes.data() + done, file.bytes.size() - done);
            check(count > 0, "write", file.path);
            done += static_cast<std::size_t>(count);
        }
        ::close(target);
    }
    ::close(box);
}

void raise_loopback() {
    const int any_socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(any_socket >= 0, "open a socket for", "lo");
    ifreq request{};
    std::string_view("lo").copy(request.ifr_name, IFNAMSIZ - 1);
    check(::ioctl(any_socket, SIOCGIFFLAGS, &request) == 0, "look at", "lo");
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    check(::ioctl(any_socket, SIOCSIFFLAGS, &request) == 0, "raise", "lo");
    ::close(any_socket);
}

void limit(int resource, std::uint64_t value) {
    // Never above what the runner itself was given: raising a hard limit takes a privilege that a
    // container's root may lack.
    rlimit current{};
    const auto which = static_cast<__rlimit_resource>(resource);
    check(::getrlimit(which, &current) == 0, "read a limit");
    const rlim_t bounded = std::min<rlim_t>(value, current.rlim_max);
    const rlimit wanted{bounded, bounded};
    check(::setrlimit(which, &wanted) == 0, "set a limit");
}

void set_limits(const SandboxPlan& plan) {
    const StageLimits& limits = plan.spec.limits;
    limit(RLIMIT_NOFILE, 1024);
    limit(RLIMIT_FSIZE, limits.file_bytes);
    // One byte, not zero: the kernel writes no core file for either, and pipes none to a collector
    // for exactly one.
    limit(RLIMIT_CORE, 1);
    limit(RLIMIT_STACK, 64 * mebibyte);
    limit(RLIMIT_MEMLOCK, 64 << 10);
    limit(RLIMIT_MSGQUEUE, 64 << 10);
    limit(RLIMIT_NICE, 0);
    limit(RLIMIT_RTPRIO, 0);
    limit(RLIMIT_SIGPENDING, 1024);
    // With a control group that one decides, and counts the refusals; this stands behind it.
    limit(RLIMIT_NPROC, limits.processes + (plan.limit_data ? 1 : 16));
    // The exact CPU limit is the spawner's; this one holds each process should that one fail.
    limit(RLIMIT_CPU, static_cast<std::uint64_t>(limits.cpu.count()) / 1000 + 2);
    if (plan.limit_data) limit(RLIMIT_DATA, 2 * limits.memory_bytes);
}

void drop_privileges() {
    for (int capability = 0; ::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
        check(::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0, "drop a capability");
    }
    constexpr int locked = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                           SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED |
                           SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
    check(::prctl(PR_SET_SECUREBITS, locked, 0, 0, 0) == 0, "lock the capabilities");
    check(
        ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0, "clear the capabilities");
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct nothing[2] = {};
    check(::syscall(SYS_capset, &header, nothing) == 0, "give up the capabilities");
    check(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "refuse new privileges");
}

/// As execve takes them: ended by a null pointer.
std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

[[noreturn]] void run_program(const SandboxPlan& plan) {
    check(::setsid() >= 0, "open a session");
    for (int signal = 1; signal < NSIG; ++signal)
        ::signal(signal, SIG_DFL);
    sigset_t none{};
    ::sigemptyset(&none);
    ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
    ::umask(022);
    check(::chdir("/box") == 0, "enter", "/box");
    check(::syscall(SYS_close_range, 3U, ~0U, 0U) == 0, "close what was inherited");
    set_limits(plan);

    // Copies: the calls below take pointers to what they might change.
    std::vector<std::string> arguments = plan.spec.argv;
    std::vector<std::string> variables = plan.spec.env;
    std::vector<sock_filter> filter = plan.filter;
    const std::vector<char*> argv = pointers_to(arguments);
    const std::vector<char*> env = pointers_to(variables);

    drop_privileges();
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    check(
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0U, &program) == 0, "set the call filter");
    ::execve(argv[0], argv.data(), env.data());
    give_up("start", plan.spec.argv[0]);
}

/// Waits for the program and whoever is orphaned, passes signals on, and notices when the spawner
/// is gone. Returns when the program has ended.
int wait_for(pid_t program, int children) {
    while (true) {
        pollfd ready[2] = {{control_fd, POLLIN, 0}, {children, POLLIN, 0}};
        if (::poll(ready, 2, -1) < 0 && errno != EINTR) return 0;
        if (ready[0].revents != 0) {
            char signal = 0;
            if (::read(control_fd, &signal, 1) <= 0) ::_exit(failed_exit);
            ::kill(-program, signal);
        }
        signalfd_siginfo drained{};
        while (::read(children, &drained, sizeof drained) > 0) {
        }
        int status = 0;
        for (pid_t ended = 1; ended > 0;) {
            ended = ::waitpid(-1, &status, WNOHANG);
            if (ended == program) return status;
        }
    }
}

void arrange_descriptors(const SandboxPlan& plan) {
    // Above everything in use first, so that no dup2 overwrites one that is still needed.
    const int wanted[] = {plan.input, plan.output, plan.errors, plan.control, plan.go};
    int moved[5];
    for (int i = 0; i < 5; ++i) {
        moved[i] = ::fcntl(wanted[i], F_DUPFD_CLOEXEC, 100);
        check(moved[i] >= 0, "arrange the descriptors");
    }
    for (int i = 0; i < 5; ++i)
        check(::dup2(moved[i], i) == i, "arrange the descriptors");
    check(::syscall(SYS_close_range, 5U, ~0U, 0U) == 0, "close what was inherited");
}

}  // namespace

void run_sandbox(const SandboxPlan& plan) {
    shared_page() = plan.page;
    arrange_descriptors(plan);
    char go = 0;
    if (::read(go_fd, &go, 1) != 1) ::_exit(failed_exit);
    ::close(go_fd);

    // Raising takes no privilege; /proc is read-only later, and not ours once the ids change.
    const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0) {
        check(::write(score, "1000", 4) == 4, "be first to go when memory runs out");
        ::close(score);
    }
    if (plan.drop_groups) check(::setgroups(0, nullptr) == 0, "leave the groups");
    check(
        ::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP | SECBIT_KEEP_CAPS, 0, 0, 0) == 0,
        "keep the capabilities");
    check(::setresgid(plan.uid, plan.uid, plan.uid) == 0, "change the group");
    check(::setresuid(plan.uid, plan.uid, plan.uid) == 0, "change the user");
    // Changing ids forgets it; the control pipe's end tells when this came too late.
    check(::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0, "follow the spawner");
    check(::sethostname("sandbox", 7) == 0, "name", "the host");

    build_root(plan);
    if (plan.spec.loopback) raise_loopback();
    write_files(plan.spec.files);

    sigset_t child{};
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    ::pthread_sigmask(SIG_BLOCK, &child, nullptr);
    const int children = ::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
    check(children >= 0, "watch the program");

    plan.page->started_ns = now_ns();
    const pid_t program = ::fork();
    check(program >= 0, "start", plan.spec.argv[0]);
    if (program == 0) run_program(plan);
    plan.page->started.store(true, std::memory_order_release);

    for (int standard = 0; standard < 3; ++standard)
        ::close(standard);
    drop_privileges();
    ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    const int status = wait_for(program, children);

    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    StagePage& page = *plan.page;
    page.ended_ns = now_ns();
    page.wait_status = status;
    page.cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000LL +
                  usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    page.memory_peak_kib = usage.ru_maxrss;
    page.ended.store(true, std::memory_order_release);
    ::_exit(0);
}

}  // namespace codencollab::runner
