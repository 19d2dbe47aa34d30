#pragma once

#include "crdt/id.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::crdt {

/// What has arrived and cannot be integrated yet: structs that follow or refer to units not seen,
/// and deletes of units not seen. The owner bounds it; see Limits.
class Pending {
  public:
    /// Structs of one client, as an update (v1) of their own, that wait for one unit.
    struct Fragment {
        Id missing;
        ClientNumber client = 0;
        Clock begin = 0;  // of the first struct
        std::string update;
    };

    void add(Fragment fragment);
    /// Takes out a fragment that waits for a unit of `client` below `state`.
    std::optional<Fragment> take(ClientNumber client, Clock state);
    /// Takes out the fragments of `client` that begin below `state`: their first units are known
    /// from elsewhere, and so need not be waited for.
    std::vector<Fragment> take_overtaken(ClientNumber client, Clock state);
    /// Takes out all fragments.
    std::vector<Fragment> take_all();

    void add_delete(ClientNumber client, Clock clock, std::uint32_t length);
    /// Takes out a range of deletes of `client` that begins below `state`.
    std::optional<std::pair<Clock, std::uint32_t>> take_delete(ClientNumber client, Clock state);

    template <class Visit>
    void for_each_fragment(Visit visit) const {
        for (const auto& [client, waiting] : waiting_) {
            for (const Fragment& fragment : waiting)
                visit(fragment);
        }
    }
    template <class Visit>
    void for_each_delete(Visit visit) const {
        for (const auto& [at, length] : deletes_)
            visit(at.first, at.second, length);
    }

    bool empty() const { return waiting_.empty() && deletes_.empty(); }
    bool has_fragments() const { return !waiting_.empty(); }
    /// Bytes of fragments and deletes.
    std::size_t bytes() const { return fragment_bytes_ + deletes_.size() * delete_bytes; }
    /// Clients that the fragments are from.
    std::size_t clients() const { return fragments_of_.size(); }
    void clear() { *this = {}; }

  private:
    static constexpr std::size_t delete_bytes = 64;  // a node of the map
    static constexpr std::size_t fragment_overhead = 96;

    void forget(const Fragment& fragment);

    /// By the client waited for; each a heap, the smallest missing clock in front.
    std::map<ClientNumber, std::vector<Fragment>> waiting_;
    std::map<ClientNumber, std::size_t> fragments_of_;
    std::map<std::pair<ClientNumber, Clock>, std::uint32_t> deletes_;
    std::size_t fragment_bytes_ = 0;
};

}  // namespace codencollab::crdt
