#pragma once

#include "runner/stage.h"

#include <string>
#include <vector>

namespace codencollab::runner {

/// One step that builds the root file system of a sandbox. Targets are paths inside of it.
struct MountStep {
    enum class Kind {
        folder,       // an empty folder in the root
        link,         // symbolic link `target` -> `source`
        text,         // small file with the content `source`
        usr,          // the host's /usr: a read-only overlay with inodes of its own, else a bind
        device,       // bind of a device node
        read_only,    // bind, read-only without devices and set-uid
        job_folder,   // the run's own tmpfs, made by the spawner
        scratch,      // new tmpfs of limited size
        proc,         // new procfs of the sandbox's processes, read-only
        hide_file,    // /dev/null over a file that says something about the host
        hide_folder,  // an empty read-only tmpfs over such a folder
    };
    Kind kind;
    std::string source;
    std::string target;
    bool required = true;  // an optional one is left out where the host has no such thing
};

/// The whole plan for one stage: no secrets, nothing writable but /box, /tmp and /dev/shm.
std::vector<MountStep> mount_plan(const StageSpec& spec, unsigned uid);

}  // namespace codencollab::runner
