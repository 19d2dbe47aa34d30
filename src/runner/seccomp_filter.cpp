#include "runner/seccomp_filter.h"

#include <asm-generic/ioctls.h>
#include <asm/termbits.h>

#include <linux/audit.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <map>
#include <string>

namespace codencollab::runner {

namespace {

std::vector<std::string_view> words(std::string_view text) {
    constexpr std::string_view blanks = " \n";
    std::vector<std::string_view> found;
    for (std::size_t start = text.find_first_not_of(blanks); start != std::string_view::npos;
         start = text.find_first_not_of(blanks, start)) {
        const std::size_t end = std::min(text.find_first_of(blanks, start), text.size());
        found.push_back(text.substr(start, end - start));
        start = end;
    }
    return found;
}

}  // namespace

const std::vector<std::string_view>& allowed_calls() {
    // What Python, Node, GCC, the JVM, Go, Ruby, PHP, Perl, Lua and shells were seen to use, and
    // their neighbours that touch nothing but the process's own things.
    static const auto calls = words(R"(
        accept accept4 access alarm arch_prctl bind brk capget capset chdir chmod chown
        clock_getres clock_gettime clock_nanosleep clone close close_range connect
        copy_file_range creat dup dup2 dup3 epoll_create epoll_create1 epoll_ctl epoll_pwait
        epoll_pwait2 epoll_wait eventfd eventfd2 execve execveat exit exit_group faccessat
        faccessat2 fadvise64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat
        fcntl fdatasync fgetxattr flistxattr flock fork fremovexattr fsetxattr fstat fstatfs
        fsync ftruncate futex futex_waitv futimesat get_mempolicy get_robust_list
        get_thread_area getcpu getcwd getdents getdents64 getegid geteuid getgid getgroups
        getitimer getpeername getpgid getpgrp getpid getppid getpriority getrandom getresgid
        getresuid getrlimit getrusage getsid getsockname getsockopt gettid gettimeofday
        getuid getxattr inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ioctl
        ioprio_get kill lchown lgetxattr link linkat listen listxattr llistxattr
        lremovexattr lseek lsetxattr lstat madvise membarrier memfd_create mincore mkdir
        mkdirat mknod mknodat mlock mlock2 mlockall mmap mprotect mq_getsetattr mq_notify
        mq_open mq_timedreceive mq_timedsend mq_unlink mremap msgctl msgget msgrcv msgsnd
        msync munlock munlockall munmap nanosleep newfstatat open openat openat2 pause
        personality pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free
        pkey_mprotect poll ppoll prctl pread64 preadv preadv2 prlimit64 pselect6 pwrite64
        pwritev pwritev2 read readahead readlink readlinkat readv recvfrom recvmmsg recvmsg
        removexattr rename renameat renameat2 restart_syscall rmdir rseq rt_sigaction
        rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
        rt_sigtimedwait rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min
        sched_getaffinity sched_getattr sched_getparam sched_getscheduler
        sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
        sched_setscheduler sched_yield seccomp select semctl semget semop semtimedop
        sendfile sendmmsg sendmsg sendto set_robust_list set_thread_area set_tid_address
        setfsgid setfsuid setgid setgroups setitimer setpgid setpriority setregid setresgid
        setresuid setreuid setrlimit setsid setsockopt setuid setxattr shmat shmctl shmdt
        shmget shutdown sigaltstack signalfd signalfd4 socket socketpair splice stat statfs
        statx symlink symlinkat sync_file_range sysinfo tee tgkill time timer_create
        timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create
        timerfd_gettime timerfd_settime times tkill truncate umask uname unlink unlinkat
        unshare utime utimensat utimes vfork wait4 waitid write writev
    )");
    return calls;
}

const std::vector<std::string_view>& refused_calls() {
    static const auto calls = words(R"(
        _sysctl acct add_key adjtimex bpf chroot clock_adjtime clock_settime create_module
        delete_module fanotify_init fanotify_mark finit_module fsconfig fsmount fsopen
        fspick init_module ioperm iopl ioprio_set kcmp kexec_file_load kexec_load keyctl
        lookup_dcookie mbind migrate_pages modify_ldt mount mount_setattr move_mount
        move_pages name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open
        pidfd_getfd pivot_root process_madvise process_mrelease process_vm_readv
        process_vm_writev ptrace quotactl quotactl_fd reboot request_key set_mempolicy
        setdomainname sethostname setns settimeofday swapoff swapon sysfs syslog umount2
        uselib userfaultfd ustat vhangup vmsplice
    )");
    return calls;
}

const std::vector<std::string_view>& ignored_calls() {
    static const std::vector<std::string_view> calls = {"sync", "syncfs"};
    return calls;
}

const std::vector<ArgumentRule>& argument_rules() {
    using enum ArgumentRule::Test;
    static constexpr std::uint32_t all = 0xffffffff;
    static constexpr std::uint32_t new_namespaces = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS |
                                                    CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                                                    CLONE_NEWNET;
    static constexpr std::uint32_t new_time = 0x80;  // CLONE_NEWTIME: a signal number in clone()
    static const std::vector<ArgumentRule> rules = {
        {"clone", 0, any_bit, all, {new_namespaces}, EPERM},
        {"unshare", 0, any_bit, all, {new_namespaces | new_time}, EPERM},
        {"ioctl", 1, one_of, all, {TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS}, EPERM},
        {"prctl", 0, one_of, all, {PR_SET_MM}, EPERM},
        {"personality", 0, not_one_of, all, {0, all, ADDR_NO_RANDOMIZE}, EPERM},
        {"socket", 0, not_one_of, all, {AF_UNIX, AF_INET, AF_INET6}, EAFNOSUPPORT},
        {"socket", 1, one_of, 0xf, {SOCK_RAW, SOCK_PACKET}, EPERM},
        {"socketpair", 0, not_one_of, all, {AF_UNIX, AF_INET, AF_INET6}, EAFNOSUPPORT},
        {"socketpair", 1, one_of, 0xf, {SOCK_RAW, SOCK_PACKET}, EPERM},
        // Leases and directory notices reach across sandboxes through the inodes of /usr.
        {"fcntl", 1, one_of, all, {1024 /* F_SETLEASE */, 1026 /* F_NOTIFY */}, EPERM},
    };
    return rules;
}

namespace {

constexpr std::uint32_t first_x32_call = 0x40000000;

sock_filter statement(unsigned code, std::uint32_t value) {
    return {static_cast<std::uint16_t>(code), 0, 0, value};
}

sock_filter jump(unsigned code, std::uint32_t value, unsigned if_true, unsigned if_false) {
    return {
        static_cast<std::uint16_t>(BPF_JMP | code | BPF_K),
        static_cast<std::uint8_t>(if_true),
        static_cast<std::uint8_t>(if_false),
        value};
}

sock_filter answer(std::uint32_t action) {
    return statement(BPF_RET | BPF_K, action);
}

std::uint32_t error_action(int error) {
    return SECCOMP_RET_ERRNO | (static_cast<std::uint32_t>(error) & SECCOMP_RET_DATA);
}

/// The call's number here, or nothing where this architecture or library does not know it.
std::vector<std::uint32_t> numbers(std::string_view call) {
    const int number = seccomp_syscall_resolve_name(std::string(call).c_str());
    if (number < 0) return {};
    return {static_cast<std::uint32_t>(number)};
}

/// Appends the test of one argument; falls through when it does not hold.
void append_test(std::vector<sock_filter>& program, const ArgumentRule& rule) {
    const auto low_half =
        static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * rule.argument);
    program.push_back(statement(BPF_LD | BPF_W | BPF_ABS, low_half));
    if (rule.mask != 0xffffffff) program.push_back(statement(BPF_ALU | BPF_AND | BPF_K, rule.mask));
    const sock_filter refuse = answer(error_action(rule.error));
    switch (rule.test) {
        case ArgumentRule::Test::any_bit:
            program.push_back(jump(BPF_JSET, rule.values[0], 0, 1));
            program.push_back(refuse);
            break;
        case ArgumentRule::Test::one_of:
            for (const std::uint32_t value : rule.values) {
                program.push_back(jump(BPF_JEQ, value, 0, 1));
                program.push_back(refuse);
            }
            break;
        case ArgumentRule::Test::not_one_of:
            for (std::size_t i = 0; i < rule.values.size(); ++i) {
                const auto past_refusal = static_cast<unsigned>(rule.values.size() - i);
                program.push_back(jump(BPF_JEQ, rule.values[i], past_refusal, 0));
            }
            program.push_back(refuse);
            break;
    }
}

}  // namespace

std::vector<sock_filter> build_seccomp_filter() {
    std::vector<sock_filter> program = {
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        jump(BPF_JEQ, seccomp_arch_native(), 1, 0),
        answer(SECCOMP_RET_KILL_PROCESS),
        statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        jump(BPF_JGE, first_x32_call, 0, 1),
        answer(SECCOMP_RET_KILL_PROCESS),
    };

    // Calls with tests first: each is a block that ends in an answer, jumped over by all others.
    std::map<std::uint32_t, std::vector<sock_filter>> blocks;
    for (const ArgumentRule& rule : argument_rules()) {
        for (const std::uint32_t number : numbers(rule.call))
            append_test(blocks[number], rule);
    }
    for (auto& [number, block] : blocks) {
        block.push_back(answer(SECCOMP_RET_ALLOW));
        program.push_back(jump(BPF_JEQ, number, 0, static_cast<unsigned>(block.size())));
        program.insert(program.end(), block.begin(), block.end());
    }

    const auto append_all = [&](const std::vector<std::string_view>& calls, std::uint32_t action) {
        for (const std::string_view call : calls) {
            for (const std::uint32_t number : numbers(call)) {
                if (blocks.contains(number)) continue;
                program.push_back(jump(BPF_JEQ, number, 0, 1));
                program.push_back(answer(action));
            }
        }
    };
    append_all(allowed_calls(), SECCOMP_RET_ALLOW);
    append_all(ignored_calls(), error_action(0));
    append_all(refused_calls(), error_action(EPERM));
    program.push_back(answer(error_action(ENOSYS)));
    return program;
}

}  // namespace codencollab::runner
