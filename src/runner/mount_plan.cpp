#include "runner/mount_plan.h"

#include <fmt/format.h>

namespace codencollab::runner {

std::vector<MountStep> mount_plan(const StageSpec& spec, unsigned uid) {
    using enum MountStep::Kind;
    std::vector<MountStep> plan;
    const auto add = [&](MountStep::Kind kind, std::string source, std::string target) {
        plan.push_back({kind, std::move(source), std::move(target), true});
    };
    const auto add_optional = [&](MountStep::Kind kind, std::string source, std::string target) {
        plan.push_back({kind, std::move(source), std::move(target), false});
    };

    add(usr, "/usr", "/usr");
    for (const char* name : {"bin", "lib", "lib64", "sbin"}) {
        add(link, fmt::format("usr/{}", name), fmt::format("/{}", name));
    }

    add(folder, "", "/dev");
    for (const char* name : {"null", "zero", "full", "random", "urandom"}) {
        add(device, fmt::format("/dev/{}", name), fmt::format("/dev/{}", name));
    }
    add(link, "/proc/self/fd", "/dev/fd");
    add(link, "/proc/self/fd/0", "/dev/stdin");
    add(link, "/proc/self/fd/1", "/dev/stdout");
    add(link, "/proc/self/fd/2", "/dev/stderr");
    add(scratch, "", "/dev/shm");

    add(folder, "", "/etc");
    add(text,
        fmt::format(
            "root:x:0:0:root:/:/usr/sbin/nologin\nrunner:x:{0}:{0}:runner:/tmp:/bin/sh\n", uid),
        "/etc/passwd");
    add(text, fmt::format("root:x:0:\nrunner:x:{}:\n", uid), "/etc/group");
    add(text, "127.0.0.1 localhost sandbox\n::1 localhost\n", "/etc/hosts");
    add(text, "passwd: files\ngroup: files\nhosts: files\n", "/etc/nsswitch.conf");
    add_optional(read_only, "/etc/ld.so.cache", "/etc/ld.so.cache");
    add_optional(read_only, "/etc/alternatives", "/etc/alternatives");

    add(scratch, "", "/tmp");
    add(job_folder, "", "/box");

    add(proc, "", "/proc");
    for (const char* name :
         {"kcore",
          "keys",
          "key-users",
          "sysrq-trigger",
          "timer_list",
          "kallsyms",
          "kmsg",
          "cmdline"}) {
        add_optional(hide_file, "", fmt::format("/proc/{}", name));
    }
    for (const char* name : {"acpi", "scsi", "bus", "fs", "irq"}) {
        add_optional(hide_folder, "", fmt::format("/proc/{}", name));
    }

    for (const Bind& bind : spec.binds)
        add(read_only, bind.source, bind.target);
    return plan;
}

}  // namespace codencollab::runner
