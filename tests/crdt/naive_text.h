#pragma once

#include "crdt/id.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {

/// YATA as it reads on paper: one list of single units, looked through from the start for
/// everything. Slow and obvious; what the engine's text is compared with.
class NaiveText {
  public:
    struct Unit {
        Id id;
        std::optional<Id> origin;
        std::optional<Id> right_origin;
        char16_t value = 0;
        bool deleted = false;
    };
    /// What one edit says to others.
    struct Edit {
        std::vector<Unit> inserted;
        std::vector<Id> deleted;
    };

    Edit insert(ClientNumber author, std::size_t index, std::u16string_view text);
    Edit erase(std::size_t index, std::size_t count);
    /// Takes in somebody's edit; what depends on units not seen yet waits.
    void apply(const Edit& edit);

    std::u16string text() const;
    Clock state(ClientNumber client) const;
    bool is_waiting() const { return !waiting_.inserted.empty() || !waiting_.deleted.empty(); }

  private:
    std::size_t place_of(Id id) const;
    bool knows(const std::optional<Id>& id) const { return !id || id->clock < state(id->client); }
    void integrate(const Unit& unit);

    std::vector<Unit> units_;
    std::map<ClientNumber, Clock> states_;
    Edit waiting_;
};

}  // namespace codencollab::crdt
