#pragma once

#include "crdt/id.h"
#include "crdt/update_records.h"

#include <cstdint>
#include <span>
#include <vector>

namespace codencollab::crdt {

/// Structs of one client that follow each other without a gap; no Skip among them.
struct Run {
    std::uint32_t client = 0;
    Clock begin = 0;
    Clock end = 0;
    std::uint32_t first = 0;  // in UpdateRecords::structs
    std::uint32_t count = 0;
};

/// The structs of some updates by client, descending by number, and ascending by their first
/// clock. Runs of one client may overlap.
/// Cost: linear, plus a sort of the clients, plus a sort of each client whose runs came in
/// disorder.
class RunsByClient {
  public:
    explicit RunsByClient(const UpdateRecords& records);

    /// Indices of the clients that have structs.
    const std::vector<std::uint32_t>& clients() const { return clients_; }
    std::span<const Run> of(std::uint32_t client) const {
        return std::span(runs_).subspan(begins_[client], begins_[client + 1] - begins_[client]);
    }

  private:
    std::vector<std::uint32_t> clients_;
    std::vector<Run> runs_;              // those of one client together
    std::vector<std::uint32_t> begins_;  // by client: in runs_
};

}  // namespace codencollab::crdt
