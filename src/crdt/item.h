#pragma once

#include "crdt/id.h"
#include "crdt/update_records.h"

#include <cstdint>

namespace codencollab::crdt {

/// No client, in the 20 bits that an item has for one.
inline constexpr std::uint32_t no_client = (1U << 20U) - 1;
/// Units that one struct may cover: Item::length has 31 bits.
inline constexpr std::uint32_t max_length = (1U << 31U) - 1;

/// Where an item stands: in the list of a type, in a leaf of that list's position tree, or in the
/// chain of a map key. Thirty bits of index and two of tag.
class Place {
  public:
    enum class In : std::uint8_t { type, leaf, slot };

    static Place type(std::uint32_t index) { return Place(index); }
    static Place leaf(std::uint32_t index) { return Place(index | 1U << 30U); }
    static Place slot(std::uint32_t index) { return Place(index | 2U << 30U); }

    In in() const { return static_cast<In>(bits_ >> 30U); }
    std::uint32_t index() const { return bits_ & ((1U << 30U) - 1); }

    friend bool operator==(Place, Place) = default;

  private:
    explicit Place(std::uint32_t bits) : bits_(bits) {}
    std::uint32_t bits_;
};

/// One struct of a document: a run of consecutive units of one client. Forty bytes without padding;
/// everything else is found by index from here. For a struct of kind gc only clock, length, client
/// and kind mean something.
struct Item {
    Clock clock;
    std::uint32_t length : 31;
    std::uint32_t deleted : 1;
    std::uint32_t left;   // neighbours in the list, or in the chain of the key: indices of items
    std::uint32_t right;  // (of a slot that is free: the next free one)
    Clock origin_clock;
    Clock right_clock;
    std::uint32_t content;  // string: units from the start of the client's text; type: index of the
                            // type; kinds with values: index of the payload; else nothing
    Place place;
    std::uint64_t client : 20;  // index in Store::clients, as are the next two
    std::uint64_t origin_client : 20;
    std::uint64_t right_client : 20;
    std::uint64_t kind_bits : 4;

    void set_length(std::uint32_t units) { length = units & max_length; }
    void set_client(std::uint32_t index) { client = index & no_client; }
    void set_origin(std::uint32_t client_index, Clock at) {
        origin_client = client_index & no_client;
        origin_clock = at;
    }
    void set_right_origin(std::uint32_t client_index, Clock at) {
        right_client = client_index & no_client;
        right_clock = at;
    }
    Kind kind() const { return static_cast<Kind>(kind_bits); }
    void set_kind(Kind kind) { kind_bits = static_cast<std::uint64_t>(kind) & 0xFU; }
    Clock end() const { return clock + length; }
    bool is_gc() const { return kind() == Kind::gc; }
    bool has_origin() const { return origin_client != no_client; }
    bool has_right_origin() const { return right_client != no_client; }
    bool is_keyed() const { return place.in() == Place::In::slot; }

    /// Whether it adds to the length of its list.
    bool is_visible() const {
        return deleted == 0 && kind() != Kind::format && kind() != Kind::deleted;
    }
};
static_assert(sizeof(Item) == 40);

}  // namespace codencollab::crdt
