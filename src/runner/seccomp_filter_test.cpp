#include "runner/seccomp_filter.h"

#include <gtest/gtest.h>

#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>

namespace codencollab::runner {
namespace {

#ifdef __x86_64__
constexpr std::uint32_t here = AUDIT_ARCH_X86_64;
#else
constexpr std::uint32_t here = AUDIT_ARCH_AARCH64;
#endif

constexpr std::uint32_t allow = SECCOMP_RET_ALLOW;
constexpr std::uint32_t error(int number) {
    return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(number);
}

/// What the kernel would do with the filter: the few instructions that it is made of.
std::uint32_t answer(
    long call, const std::array<std::uint64_t, 6>& args = {}, std::uint32_t arch = here) {
    static const std::vector<sock_filter> program = build_seccomp_filter();
    seccomp_data data{};
    data.nr = static_cast<int>(call);
    data.arch = arch;
    std::memcpy(data.args, args.data(), sizeof data.args);
    std::uint32_t a = 0;
    for (std::size_t at = 0; at < program.size(); ++at) {
        const sock_filter& step = program[at];
        const auto branch = [&](bool taken) { at += taken ? step.jt : step.jf; };
        switch (step.code) {
            case BPF_LD | BPF_W | BPF_ABS:
                std::memcpy(&a, reinterpret_cast<const char*>(&data) + step.k, sizeof a);
                break;
            case BPF_ALU | BPF_AND | BPF_K:
                a &= step.k;
                break;
            case BPF_JMP | BPF_JEQ | BPF_K:
                branch(a == step.k);
                break;
            case BPF_JMP | BPF_JGE | BPF_K:
                branch(a >= step.k);
                break;
            case BPF_JMP | BPF_JSET | BPF_K:
                branch((a & step.k) != 0);
                break;
            case BPF_RET | BPF_K:
                return step.k;
            default:
                ADD_FAILURE() << "unexpected instruction " << step.code;
                return 0;
        }
    }
    ADD_FAILURE() << "the filter has no answer";
    return 0;
}

TEST(SeccompFilter, AllowsWhatProgramsNeed) {
    for (const long call : {SYS_read, SYS_write, SYS_mmap, SYS_execve, SYS_futex, SYS_exit_group}) {
        EXPECT_EQ(answer(call), allow) << call;
    }
}

TEST(SeccompFilter, RefusesWhatChangesTheHost) {
    for (const long call :
         {SYS_mount, SYS_ptrace, SYS_bpf, SYS_keyctl, SYS_setns, SYS_pivot_root}) {
        EXPECT_EQ(answer(call), error(EPERM)) << call;
    }
}

TEST(SeccompFilter, AnswersNotThereToWhatNobodyLookedAt) {
    // clone3 above all: glibc falls back to clone on this answer and fails on any other.
    for (const long call : {long{SYS_clone3}, long{SYS_io_uring_setup}, 999L}) {
        EXPECT_EQ(answer(call), error(ENOSYS)) << call;
    }
}

TEST(SeccompFilter, PretendsToSync) {
    EXPECT_EQ(answer(SYS_sync), error(0));
}

TEST(SeccompFilter, LetsThreadsAndProcessesBeMadeButNoNamespaces) {
    EXPECT_EQ(answer(SYS_clone, {0x3d0f00}), allow);  // a thread of glibc
    EXPECT_EQ(answer(SYS_clone, {17}), allow);        // SIGCHLD
    for (const std::uint64_t flag :
         {0x20000U, 0x2000000U, 0x4000000U, 0x8000000U, 0x10000000U, 0x20000000U, 0x40000000U}) {
        EXPECT_EQ(answer(SYS_clone, {flag | 17}), error(EPERM)) << flag;
        EXPECT_EQ(answer(SYS_unshare, {flag}), error(EPERM)) << flag;
    }
    EXPECT_EQ(answer(SYS_unshare, {0x400}), allow);  // CLONE_FILES
}

TEST(SeccompFilter, LooksAtTheLowHalfOfAnIoctl) {
    constexpr std::uint64_t push_input = 0x5412;  // TIOCSTI
    EXPECT_EQ(answer(SYS_ioctl, {0, push_input}), error(EPERM));
    EXPECT_EQ(answer(SYS_ioctl, {0, push_input | 1ULL << 32U}), error(EPERM));
    EXPECT_EQ(answer(SYS_ioctl, {0, 0x5413}), allow);  // TIOCGWINSZ
}

TEST(SeccompFilter, KnowsThreeFamiliesOfSockets) {
    for (const std::uint64_t family : {1U, 2U, 10U})
        EXPECT_EQ(answer(SYS_socket, {family, 1}), allow);
    for (const std::uint64_t family : {16U, 17U, 38U, 40U, 44U}) {
        EXPECT_EQ(answer(SYS_socket, {family, 1}), error(EAFNOSUPPORT)) << family;
    }
    EXPECT_EQ(answer(SYS_socket, {2, 3 | 02000000}), error(EPERM));  // raw, close on exec
}

TEST(SeccompFilter, TakesTheHarmlessPersonalities) {
    for (const std::uint64_t wanted : {0x0ULL, 0xffffffffULL, 0x40000ULL}) {
        EXPECT_EQ(answer(SYS_personality, {wanted}), allow) << wanted;
    }
    EXPECT_EQ(answer(SYS_personality, {0x8}), error(EPERM));
}

TEST(SeccompFilter, KillsCallsThroughAnotherEntry) {
    EXPECT_EQ(answer(SYS_read, {}, AUDIT_ARCH_I386), SECCOMP_RET_KILL_PROCESS);
    EXPECT_EQ(answer(0x40000000L | SYS_read), SECCOMP_RET_KILL_PROCESS);
}

TEST(SeccompFilter, NamesNoCallTwice) {
    std::set<std::string_view> seen;
    for (const auto* list : {&allowed_calls(), &refused_calls(), &ignored_calls()}) {
        for (const std::string_view call : *list)
            EXPECT_TRUE(seen.insert(call).second) << call;
    }
    for (const ArgumentRule& rule : argument_rules())
        EXPECT_TRUE(seen.contains(rule.call)) << rule.call;
}

}  // namespace
}  // namespace codencollab::runner
