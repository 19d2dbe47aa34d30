#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::sim {

/// What can go wrong in a world. Each seed has a choice of them; the shrinker takes them away.
enum class Fault : std::uint8_t {
    store_slow,       // calls take seconds
    store_error,      // calls fail, nothing is stored
    unknown_outcome,  // calls are stored and reported as failed
    load_error,       // reads fail
    disk_full,        // for a time, nothing can be written
    crash,            // the node dies and comes back
    drain,            // the node ends in order and comes back
    freeze,           // the node stands still for a while
    wall_jump,        // the wall clock jumps
    cut,              // a link breaks, both ends know
    half_open,        // a link breaks, the node learns it late
    reload,           // a client forgets everything
    sleep,            // a client stands still
    slow_reader,      // a client reads seldom
    burst,            // a client types faster than is allowed
    paste,            // a client inserts much, maybe too much
    bad_change,       // a client sends nonsense
    repeat,           // a client sends a change twice
    all_leave,        // everybody goes; they come back when the room is about to be let go
    roles,            // roles change, members are removed and come back
    lock,             // editing is locked for a while
    deletion,         // the owner deletes the room
    runner_hangs,     // a run is never ended
    runner_twice,     // a run is ended twice
    runner_late,      // a run is ended after it was given up
    runner_floods,    // a run prints without end
    runner_away,      // there is no runner for a while
    count,
};

constexpr auto fault_count = static_cast<std::size_t>(Fault::count);
std::string_view to_string(Fault fault);

/// A world, said in full: two worlds of the same options are the same to the last event.
struct Options {
    std::uint64_t seed = 1;
    std::uint32_t faults = 0;   // a bit for each
    std::uint32_t clients = 0;  // a bit for each place at the table; 0 is the owner's
    std::uint32_t chaos_ms = 0;

    static constexpr std::size_t clients_max = 8;

    /// What the seed chooses.
    static Options of_seed(std::uint64_t seed);

    bool has(Fault fault) const { return (faults >> static_cast<unsigned>(fault) & 1U) != 0; }
    bool has_client(std::size_t place) const { return (clients >> place & 1U) != 0; }

    /// As arguments of the driver: "--seed 7 --faults crash,cut --clients 0,2 --chaos-ms 4000".
    std::string arguments() const;
    /// Sets what an argument names; false when it is none of these or says nothing sensible.
    bool set(std::string_view name, std::string_view value);
};

}  // namespace codencollab::sim
