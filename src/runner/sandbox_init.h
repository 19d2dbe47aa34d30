#pragma once

#include "runner/stage.h"

#include <linux/filter.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace codencollab::runner {

/// One page that the spawner and the first process of a sandbox share. The program in the sandbox
/// never has it: a mapping does not survive execve.
struct StagePage {
    static constexpr std::size_t message_max = 400;

    std::atomic<bool> started;  // the program has been forked: `started_ns` is set
    std::atomic<bool> ended;    // it has ended: `ended_ns` and `wait_status` are set
    std::atomic<bool> failed;   // a step failed: `message` is set
    std::int64_t started_ns;    // CLOCK_MONOTONIC
    std::int64_t ended_ns;
    int wait_status;
    std::int64_t cpu_us;           // of the children that were waited for
    std::int64_t memory_peak_kib;  // of the largest of them
    char message[message_max];
};

/// What the first process of a sandbox needs besides the spec.
struct SandboxPlan {
    const StageSpec& spec;
    const std::vector<sock_filter>& filter;
    std::string scratch;      // the spawner's tmpfs: `root`, `empty` and the job folders are in it
    std::string job_folder;   // the run's tmpfs
    unsigned uid = 0;         // as seen inside
    bool drop_groups = true;  // false where the user namespace does not let go of them
    bool limit_data = false;  // no control group: bound each process's own memory
    StagePage* page = nullptr;
    int go = -1;  // one byte comes when limits and ids are set
    int control =
        -1;  // signals for the program, one byte each; its end means that the spawner is gone
    int input = -1;
    int output = -1;
    int errors = -1;
};

/// Becomes process 1 of a new sandbox: builds the root file system, gives up all privileges, starts
/// the program and waits for it; its own end takes everything in the sandbox along. Every failing
/// step ends it with a message in the page: nothing runs in a sandbox that is not complete.
[[noreturn]] void run_sandbox(const SandboxPlan& plan);

}  // namespace codencollab::runner
