#include "runner/spawner.h"

#include "runner/spawner_process.h"
#include "runner/spawner_wire.h"

#include <fmt/format.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

namespace codencollab::runner {

namespace {

std::unexpected<Error> gone() {
    return fail(
        ErrorCode::sandbox_unavailable,
        "The process that makes the sandboxes is gone. Start the runner again.");
}

std::string text_of(const SpawnerReport& report) {
    return {report.message, ::strnlen(report.message, SpawnerReport::message_max)};
}

/// The spec in memory that is passed as a descriptor: a datagram is too small for a whole program.
Result<UniqueFd> in_memory(const std::string& bytes) {
    UniqueFd file(::memfd_create("stage", MFD_CLOEXEC));
    if (!file)
        return fail(
            ErrorCode::internal,
            fmt::format("No memory file: {}.", std::generic_category().message(errno)));
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count = ::write(file.get(), bytes.data() + done, bytes.size() - done);
        if (count < 0)
            return fail(
                ErrorCode::internal,
                fmt::format("No memory file: {}.", std::generic_category().message(errno)));
        done += static_cast<std::size_t>(count);
    }
    return file;
}

}  // namespace

std::string Isolation::name() const {
    if (user_per_slot) {
        switch (cgroups) {
            case CgroupVersion::v2:
                return "full";
            case CgroupVersion::v1:
                return "cgroup1";
            case CgroupVersion::none:
                return "userns";
        }
    }
    return cgroups == CgroupVersion::none ? "userns" : "userns+cgroup";
}

Result<Spawner> Spawner::start(std::size_t slots) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
        return fail(
            ErrorCode::internal,
            fmt::format("No socket pair: {}.", std::generic_category().message(errno)));
    }
    UniqueFd ours(ends[0]);
    UniqueFd theirs(ends[1]);
    const pid_t process = ::fork();
    if (process < 0) {
        return fail(
            ErrorCode::internal,
            fmt::format("Cannot fork: {}.", std::generic_category().message(errno)));
    }
    if (process == 0) {
        ours.reset();
        serve_as_spawner(std::move(theirs), slots);
    }
    theirs.reset();
    Spawner spawner(std::move(ours), process);

    SpawnerReport report{};
    const auto received = receive_datagram(
        spawner.fd(), std::as_writable_bytes(std::span(&report, 1)), nullptr, true);
    if (received != Received::message) return gone();
    if (report.kind != SpawnerReport::Kind::ready) {
        return fail(ErrorCode::sandbox_unavailable, text_of(report));
    }
    spawner.isolation_.user_per_slot = report.user_per_slot != 0;
    spawner.isolation_.user_namespace = report.user_namespace != 0;
    spawner.isolation_.cgroups = static_cast<CgroupVersion>(report.cgroups);
    spawner.isolation_.shortcomings = text_of(report);
    return spawner;
}

Spawner::~Spawner() {
    if (process_ <= 0) return;
    socket_.reset();  // its order to end
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

Result<> Spawner::start_stage(
    StageName name,
    const StageSpec& spec,
    bool new_folder,
    UniqueFd input,
    UniqueFd output,
    UniqueFd errors) {
    auto file = in_memory(encode_stage(spec));
    if (!file) return std::unexpected(std::move(file).error());
    const SpawnerRequest request{
        .kind = SpawnerRequest::Kind::start,
        .slot = name.slot,
        .stage = name.stage,
        .new_folder = new_folder ? 1U : 0U};
    const std::array fds = {file->get(), input.get(), output.get(), errors.get()};
    if (!send_datagram(socket_.get(), std::as_bytes(std::span(&request, 1)), fds)) return gone();
    return {};
}

void Spawner::kill(StageName name) {
    const SpawnerRequest request{
        .kind = SpawnerRequest::Kind::kill, .slot = name.slot, .stage = name.stage};
    (void)send_datagram(socket_.get(), std::as_bytes(std::span(&request, 1)));
}

void Spawner::signal(StageName name, int signal) {
    const SpawnerRequest request{
        .kind = SpawnerRequest::Kind::signal,
        .slot = name.slot,
        .stage = name.stage,
        .signal = signal};
    (void)send_datagram(socket_.get(), std::as_bytes(std::span(&request, 1)));
}

void Spawner::drop_folder(std::uint32_t slot) {
    const SpawnerRequest request{.kind = SpawnerRequest::Kind::drop_folder, .slot = slot};
    (void)send_datagram(socket_.get(), std::as_bytes(std::span(&request, 1)));
}

Result<std::optional<Spawner::Report>> Spawner::receive() {
    SpawnerReport report{};
    switch (receive_datagram(
        socket_.get(), std::as_writable_bytes(std::span(&report, 1)), nullptr, false)) {
        case Received::end:
            return gone();
        case Received::nothing:
            return std::optional<Report>();
        case Received::message:
            break;
    }
    Report result;
    result.name = {report.slot, report.stage};
    result.end.verdict = static_cast<Verdict>(report.verdict);
    result.end.wait_status = report.wait_status;
    result.end.memory_hit = report.memory_hit != 0;
    result.end.processes_hit = report.processes_hit != 0;
    result.end.wall_us = report.wall_us;
    result.end.cpu_us = report.cpu_us;
    result.end.memory_bytes = report.memory_bytes;
    result.end.setup_us = report.setup_us;
    result.end.message = text_of(report);
    return std::optional(std::move(result));
}

}  // namespace codencollab::runner
