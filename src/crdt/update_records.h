#pragma once

#include "crdt/id.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {

/// What a struct is and carries, numbered as in the low five bits of the wire's info byte.
enum class Kind : std::uint8_t {
    gc = 0,       // content and place are forgotten
    deleted = 1,  // an item whose content is forgotten
    json = 2,     // legacy: values that came as JSON text
    binary = 3,
    string = 4,
    embed = 5,
    format = 6,
    type = 7,
    any = 8,
    subdocument = 9,
    skip = 10,  // a gap; only in updates
};

/// What an item's info byte says besides its kind.
inline constexpr std::uint8_t info_origin = 0x80;
inline constexpr std::uint8_t info_right_origin = 0x40;
inline constexpr std::uint8_t info_key = 0x20;

/// Kinds of shared types, numbered as on the wire. A root type has no kind there.
enum class TypeKind : std::uint8_t {
    array = 0,
    map = 1,
    text = 2,
    xml_element = 3,
    xml_fragment = 4,
    xml_hook = 5,
    xml_text = 6,
    root = 255,
};

/// Whether types of this kind carry a name (XML elements and hooks do).
constexpr bool has_name(TypeKind kind) {
    return kind == TypeKind::xml_element || kind == TypeKind::xml_hook;
}

inline constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

/// One struct of an update as read, its clients named by index into UpdateRecords::clients.
struct StructRecord {
    Kind kind = Kind::gc;
    bool has_origin = false;
    bool has_right_origin = false;
    bool is_ascii = false;  // strings: every unit is one byte
    std::uint32_t client = 0;
    Clock clock = 0;
    std::uint32_t length = 0;  // units; at least 1
    std::uint32_t origin_client = 0;
    Clock origin_clock = 0;
    std::uint32_t right_client = 0;
    Clock right_clock = 0;
    std::uint32_t more = none;  // index into UpdateRecords::more
    std::uint32_t at = 0;       // where it began in the input, for errors
    /// string: UTF-8 · any, json: `length` values in lib0's any form, normalised (a json value may
    /// be undefined) · embed, format: one such value · binary: the bytes · subdocument: one any
    /// object, its options · else empty.
    std::string_view content;
};

/// The fields that few structs have.
struct RecordDetails {
    enum class Parent : std::uint8_t { from_neighbour, root, item };
    Parent parent = Parent::from_neighbour;
    bool has_key = false;  // `key` is known; only together with a parent
    bool key_bit = false;  // the info byte said that the item has a key
    TypeKind type_kind = TypeKind::root;
    std::uint32_t parent_client = 0;
    Clock parent_clock = 0;
    std::string_view parent_name;  // of the root
    std::string_view key;
    std::string_view name;  // format: its key · XML element, hook: node name · subdocument: guid
};

/// Deleted units of one client.
struct DeleteRecord {
    std::uint32_t client = 0;
    Clock clock = 0;
    std::uint32_t length = 0;  // may be 0
};

/// Structs of one client in a row: structs[first, first + count).
struct RecordBlock {
    std::uint32_t client = 0;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
};

/// Small strings that belong to a decoded update: views stay valid until clear().
class Arena {
  public:
    std::string_view store(std::string_view text);
    /// Keeps one chunk for the next time.
    void clear();

  private:
    static constexpr std::size_t chunk_bytes = 4096;
    std::vector<std::string> chunks_;  // each past the small size: its bytes stay where they are
};

/// An update decoded into flat records: what both byte forms come to, and all that the engine's
/// other parts read. Used again and again as a scratch, so that a keystroke allocates nothing.
///
/// Ownership: views go into the update's bytes and into `arena`; the bytes must outlive it.
struct UpdateRecords {
    std::vector<ClientNumber> clients;  // each number that occurs, once
    std::vector<RecordBlock> blocks;    // in the order read; a client may have several
    std::vector<StructRecord> structs;
    std::vector<RecordDetails> more;
    std::vector<DeleteRecord> deletes;  // in the order read
    Arena arena;
    bool has_skip = false;
    bool has_trailing_bytes = false;  // read and ignored, as Yjs does

    void clear();
    /// The index of `number`, entered if it is new. Cost: constant.
    std::uint32_t client_index(ClientNumber number) {
        if (table_.empty()) {  // almost always: a handful of clients
            for (std::size_t i = 0; i < clients.size(); ++i) {
                if (clients[i] == number) return static_cast<std::uint32_t>(i);
            }
        }
        return enter_client(number);
    }

  private:
    static constexpr std::size_t linear_max = 8;

    std::uint32_t enter_client(ClientNumber number);
    std::size_t slot_of(ClientNumber number) const;

    // Indices into `clients`, or none; a power of two in size. Empty up to linear_max clients.
    std::vector<std::uint32_t> table_;
};

}  // namespace codencollab::crdt
