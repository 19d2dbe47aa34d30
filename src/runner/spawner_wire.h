#pragma once

#include "base/unique_fd.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>

namespace codencollab::runner {

/// The datagrams between the runner and its spawner: plain structs of one build, whole or not at
/// all (SOCK_SEQPACKET), with descriptors beside them.
struct SpawnerRequest {
    enum class Kind : std::uint32_t { start, kill, signal, drop_folder };
    Kind kind;
    std::uint32_t slot = 0;
    std::uint64_t stage = 0;
    std::int32_t signal = 0;
    std::uint32_t new_folder = 0;
};

struct SpawnerReport {
    static constexpr std::size_t message_max = 1'000;

    enum class Kind : std::uint32_t { ready, useless, ended };
    Kind kind;
    std::uint32_t slot;
    std::uint64_t stage;
    // ended
    std::uint32_t verdict;
    std::int32_t wait_status;
    std::uint32_t memory_hit;
    std::uint32_t processes_hit;
    std::int64_t wall_us;
    std::int64_t cpu_us;
    std::int64_t memory_bytes;
    std::int64_t setup_us;
    // ready
    std::uint32_t user_per_slot;
    std::uint32_t user_namespace;
    std::uint32_t cgroups;
    char message[message_max];
};

static_assert(std::is_trivially_copyable_v<SpawnerRequest>);
static_assert(std::is_trivially_copyable_v<SpawnerReport>);

/// spec, stdin, stdout, stderr
constexpr std::size_t request_fds = 4;

enum class Received { message, nothing, end };

/// Sends one datagram; false when the other side is gone.
bool send_datagram(int socket, std::span<const std::byte> bytes, std::span<const int> fds = {});
/// Receives one that must have exactly the size of `bytes`. With `wait` it waits for one.
Received receive_datagram(
    int socket, std::span<std::byte> bytes, std::array<UniqueFd, request_fds>* fds, bool wait);

}  // namespace codencollab::runner
