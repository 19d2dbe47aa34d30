#pragma once

#include "crdt/document.h"

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace codencollab::crdt {

/// Three documents whose writers type, keep values and hear of each other now and then: a source of
/// updates that depend on each other in every way that the engine's own edits can bring about.
class RandomRoom {
  public:
    /// Any numbers make a step, and all shrink to nothing.
    using Step = std::tuple<std::uint8_t, std::uint8_t, std::uint16_t, std::uint8_t>;

    explicit RandomRoom(const std::vector<Step>& steps, bool gc = true);

    /// Every update that was sent, in the order of sending.
    const std::vector<std::string>& updates() const { return updates_; }
    Document& writer(std::size_t which) { return writers_[which % writers_.size()]; }
    /// An empty document of the same kind.
    Document empty() const { return Document({.gc = gc_, .limits = {}}); }
    /// A document that took all updates in order.
    Document whole() const;

  private:
    void edit(std::size_t writer, std::uint8_t what, std::uint16_t where, std::uint8_t how);

    bool gc_;
    std::array<Document, 3> writers_;
    std::vector<std::string> updates_;
};

}  // namespace codencollab::crdt
