#pragma once

#include "base/loop.h"
#include "room/executor.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

namespace codencollab::executor {

/// Where a Piston v2 service answers: "http://127.0.0.1:2000" (a path in front of /api/v2 is kept).
struct PistonAddress {
    std::string url;
    std::string token;  // sent as `Authorization: Bearer` unless empty
};

struct PistonSettings {
    std::chrono::milliseconds connect_timeout{3'000};
    /// How often the languages are asked for anew, and how soon again after a failure.
    std::chrono::milliseconds refresh{60'000};
    std::chrono::milliseconds retry{1'000};
    /// A run that has said nothing past its own limits and this is given up.
    std::chrono::milliseconds grace{5'000};
    std::chrono::milliseconds queue_wait{35'000};
    std::chrono::milliseconds compile_wall{10'000};
    std::chrono::milliseconds run_wall{10'000};
    std::chrono::milliseconds run_wall_interactive{300'000};
    /// Output of a run past this is dropped and the run stopped, whatever the service allows.
    std::size_t output_bytes = 2 << 20;
};

/// The client of one Piston service (our runner or a foreign one): one thread with a loop of its
/// own, one WebSocket a run.
///
/// Ownership: the loops given to make_for() must outlive this object, and this object the executors
///            that it made. Destroying it ends every run in flight as `sandbox_unavailable`.
/// Threads:   all calls from any thread.
class PistonClient {
  public:
    explicit PistonClient(PistonSettings settings = {});
    ~PistonClient();
    PistonClient(const PistonClient&) = delete;
    PistonClient& operator=(const PistonClient&) = delete;

    /// From now on runs go to `address`; the languages are fetched at once. Runs in flight stay
    /// where they are.
    void set_address(PistonAddress address);
    /// No service for now: `reason` is what people read. Runs in flight notice by themselves.
    void set_unavailable(std::string reason);

    /// The port for one loop: its observers are called there.
    std::unique_ptr<room::Executor> make_for(Loop& loop);

    class Core;  // in piston_client.cpp: the network library stays out of this header

  private:
    std::shared_ptr<Core> core_;
};

}  // namespace codencollab::executor
