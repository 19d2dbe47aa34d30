#pragma once

#include "crdt/error.h"
#include "crdt/id.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {

/// What a replica has: for each client the clock after its last known unit.
class StateVector {
  public:
    struct Entry {
        ClientNumber client = 0;
        Clock clock = 0;

        friend bool operator==(const Entry&, const Entry&) = default;
    };

    /// Reads the wire's form; entries may come in any order, and of one client the last counts.
    static std::expected<StateVector, DecodeError> decode(std::string_view bytes);
    /// From entries in any order; of one client the last counts. Cost: a sort if they need one.
    static StateVector of(std::vector<Entry> entries);
    /// The wire's form: clients descending, zero clocks left out.
    std::string encode() const;

    /// 0 for a client that is not known.
    Clock get(ClientNumber client) const;
    /// A clock of 0 takes the client out. Cost: constant for a client above all others, else linear
    /// in those above it: of() is for many in no order.
    void set(ClientNumber client, Clock clock);
    void reserve(std::size_t clients) { entries_.reserve(clients); }

    /// Ascending by client, no clock is 0.
    const std::vector<Entry>& entries() const { return entries_; }
    bool empty() const { return entries_.empty(); }

    friend bool operator==(const StateVector&, const StateVector&) = default;

  private:
    std::vector<Entry> entries_;
};

}  // namespace codencollab::crdt
