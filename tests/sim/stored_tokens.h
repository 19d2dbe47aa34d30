#pragma once

#include "base/utf.h"
#include "crdt/document.h"

#include <set>
#include <string_view>

namespace codencollab::sim {

/// The letters that a room's log has ever brought into its text: what is not among them is not
/// stored, and must not be acknowledged.
class StoredTokens {
  public:
    StoredTokens() { document_.watch(document_.text("code")); }

    void add(std::string_view update) {
        const auto applied = document_.apply(update);
        if (!applied) return;
        for (const crdt::TextChange& change : applied->changes) {
            for (const char16_t unit : to_utf16(change.inserted))
                units_.insert(unit);
        }
    }
    bool contains(char16_t unit) const { return units_.contains(unit); }

  private:
    crdt::Document document_;
    std::set<char16_t> units_;
};

}  // namespace codencollab::sim
