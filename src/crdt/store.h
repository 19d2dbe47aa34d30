#pragma once

#include "base/lib0.h"
#include "crdt/document.h"
#include "crdt/item.h"
#include "crdt/names.h"
#include "crdt/payloads.h"
#include "crdt/pending.h"
#include "crdt/position_tree.h"
#include "crdt/seeded_hash.h"
#include "crdt/text_buffer.h"
#include "crdt/update_encoder.h"
#include "crdt/update_records.h"
#include "crdt/write_struct.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace codencollab::crdt {

/// One author: its structs without gaps from clock 0, and the text of its live strings.
struct Client {
    ClientNumber number = 0;
    Clock state = 0;                  // after its last struct
    bool is_advanced = false;         // by the open transaction
    std::uint32_t hints[2] = {0, 0};  // positions in `structs` found last, a kind of look-up each
    std::vector<std::uint32_t> structs;  // indices of items in clock order
    TextBuffer text;
    std::uint32_t live_units = 0;  // of `text`, still named by an item
};

/// One shared type: a root, or the content of an item.
struct TypeEntry {
    std::uint32_t item = none;  // that holds it; none: a root
    std::uint32_t name = none;  // of the root or node
    TypeKind kind = TypeKind::root;
    bool has_formats = false;    // a format was ever inserted into its list
    std::uint32_t depth = 1;     // of types in types
    std::uint32_t first = none;  // item of its list
    std::uint32_t length = 0;    // visible units of its list
    std::uint32_t slots = none;  // first of its chain of slots
    TreeRoot tree;
};

/// The items of one key of one type; the last is the entry.
struct Slot {
    std::uint32_t type = none;
    std::uint32_t key = none;
    std::uint32_t first = none;
    std::uint32_t last = none;
    std::uint32_t next = none;  // of the same type; of a free slot: the next free one
};

/// The inside of a document: all its arrays, and the algorithms over them. A file each: look-up,
/// splitting and merging (store.cpp), what may come in (admission.cpp), in which order
/// (integrate.cpp) and to which place (placement.cpp), deletion and collection (deletion.cpp), the
/// end of a transaction (commit.cpp), encoding (encode.cpp), local edits (editing.cpp), reading
/// (reading.cpp), relative positions (positions.cpp), invariants (invariants.cpp).
///
/// Everything refers to everything by index; see docs/engine.md for the picture.
class Store {
  public:
    explicit Store(DocumentOptions options)
        : options_(options),
          by_number_(0, SeededHash(this)),
          slot_by_key_(0, SeededHash(this)),
          tree_(*this) {}
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // --- One transaction: begin, then integrate, delete or edit, then commit.
    void begin();
    /// Restores the normal form and tells what changed. `input`: the bytes that may be relayed as
    /// they are, if nothing happened that forbids it.
    Applied commit(std::string_view input);
    std::expected<Applied, DecodeError> apply(std::string_view update, Format format);

    // --- Look-up.
    std::uint32_t client_index(ClientNumber number) const;  // no_client: not known
    std::uint32_t enter_client(ClientNumber number);
    Clock state(ClientNumber number) const;
    enum class Look : std::uint8_t { left = 0, right = 1 };
    /// The position in the client's `structs` of the struct that holds `clock` (< its state).
    std::uint32_t find(std::uint32_t client, Clock clock, Look look = Look::left);
    std::uint32_t find(std::uint32_t client, Clock clock) const;
    std::uint32_t find_between(
        std::uint32_t client, Clock clock, std::uint32_t low, std::uint32_t high) const;
    /// Client indices, descending by number.
    const std::vector<std::uint32_t>& clients_descending() const;

    std::uint32_t type_of(const Item& item) const;
    Size size_of(const Item& item) const;
    Id id_of(const Item& item) const { return {clients_[item.client].number, item.clock}; }
    std::uint32_t root_type(std::string_view name);  // made on demand
    std::uint32_t find_root(std::string_view name) const;
    std::uint32_t slot(std::uint32_t type, std::uint32_t key, bool make);
    void need_tree(std::uint32_t type);
    void need_lines(std::uint32_t type);

    // --- Structure.
    /// Cuts structs[position] of the client after `length` units; the right part comes next.
    void split(std::uint32_t client, std::uint32_t position, std::uint32_t length);
    bool can_merge(std::uint32_t left, std::uint32_t right) const;
    void merge(std::uint32_t left, std::uint32_t right);
    /// Joins what can be joined among structs[first, last] of the client.
    void merge_range(std::uint32_t client, std::uint32_t first, std::uint32_t last);
    std::uint32_t new_item();
    void free_item(std::uint32_t item);
    /// Puts an item after `left` (none: first) into the list or chain that its place names.
    void link(std::uint32_t item, std::uint32_t left);

    // --- Deletion.
    void delete_range(std::uint32_t client, Clock clock, Clock end);
    void delete_item(std::uint32_t index);
    void collect_dead_types();

    // --- Local edits.
    /// Two neighbours in a list; either may be none.
    struct Gap {
        std::uint32_t left = none;
        std::uint32_t right = none;
    };
    /// Where `index` visible units of the list lie to the left, splitting there.
    Gap gap_at(std::uint32_t type, std::size_t index);
    /// Moves on over what is deleted and over formats that are in effect already: new text stands
    /// after them, as in Yjs.
    void skip_tombstones(std::uint32_t type, Gap& gap) const;
    void delete_units(std::uint32_t type, std::size_t index, std::size_t count);
    PositionTree::Found find_unit(std::uint32_t type, std::uint32_t offset);
    void move_cursor(std::uint32_t type, std::uint32_t end);
    /// A new item of the transaction's author in a gap.
    void insert_local(Place place, Gap gap, const StructRecord& record);
    bool can_insert(std::size_t units) const;

    // --- Encoding.
    ContentView view(const Item& item, std::string& scratch) const;
    template <class Encoder>
    void write_structs(Encoder& encoder, std::uint32_t client, Clock from, Clock to) const;
    template <class Encoder>
    void write_item(Encoder& encoder, const Item& item, Cut cut, std::string& scratch) const;
    template <class Encoder>
    void write_content(Encoder& encoder, const Item& item, Cut cut, std::string& scratch) const;
    DeleteSet delete_set() const;
    std::string encode(const StateVector& known, Format format) const;
    std::string encode_integrated(const StateVector& known, Format format) const;

    void shrink();
    MemoryUse memory_use() const;
    void check_invariants() const;
    bool has_crossed_origins() const;

  private:
    class Checker;  // invariants.cpp

    friend class Array;
    friend class Document;
    friend class Map;
    friend class PositionTree;
    friend class SharedType;
    friend class Text;
    friend class Transaction;

    struct Mark {
        std::uint32_t client = 0;
        Clock clock = 0;
    };
    struct DeletedRange {
        std::uint32_t client = 0;
        Clock clock = 0;
        std::uint32_t length = 0;
    };
    /// One client's structs in an update that are still to be integrated.
    struct Queue {
        std::uint32_t next = 0;
        std::uint32_t end = 0;
        bool is_waiting = false;  // stands in `waits_`
    };
    /// A client whose structs are integrated until its state is past a clock.
    struct Wait {
        std::uint32_t client = 0;  // of the message
        Clock until = 0;
    };
    /// Where the last local edit was: the next one is mostly there too.
    struct Cursor {
        std::uint32_t type = none;
        std::uint32_t item = none;
        std::uint32_t start = 0;  // visible units of the list before the item
    };
    struct RecordedChange {
        std::uint32_t index = 0;
        std::uint32_t removed = 0;
        std::uint32_t text_from = 0;
        std::uint32_t text_to = 0;
    };

    // Whether a decoded update may come in; admission.cpp.
    std::expected<void, DecodeError> check(const UpdateRecords& records);
    std::expected<void, DecodeError> check_text_limit(
        const UpdateRecords& records, std::uint64_t inserted);
    std::expected<void, DecodeError> check_depth(const UpdateRecords& records);
    // In which order its structs are taken, and what waits; integrate.cpp.
    void integrate_all(UpdateRecords& records);
    void reserve(const UpdateRecords& records, std::size_t update_bytes);
    void forget_big_scratch();
    void enter_author(const UpdateRecords& records, const StructRecord& record);
    bool integrate_single(const UpdateRecords& records);
    void integrate_client(UpdateRecords& records, std::uint32_t first_client);
    std::optional<Wait> missing_of(const UpdateRecords& records, const StructRecord& record) const;
    Clock state_of(std::uint32_t message_client) const {
        const std::uint32_t client = document_client_[message_client];
        return client == no_client ? 0 : clients_[client].state;
    }
    void set_aside(const UpdateRecords& records, const Queue& queue, Id missing);
    void apply_deletes(const UpdateRecords& records);
    void retry_pending();

    // Where one struct goes; placement.cpp.
    void integrate(const UpdateRecords& records, const StructRecord& record, std::uint32_t offset);
    std::uint32_t item_ending_with(Mark id);
    std::uint32_t item_beginning_with(Mark id);
    Place place_beside(std::uint32_t neighbour) const;
    std::optional<Place> place_below_parent(const RecordDetails& details);
    bool extend_last(const StructRecord& record, std::uint32_t client);
    void extend(std::uint32_t index, const StructRecord& record);
    void place_item(std::uint32_t index, std::uint32_t left, std::uint32_t right);
    std::uint32_t place_among_concurrent(
        std::uint32_t index, std::uint32_t left, std::uint32_t right, std::uint32_t first);
    void append_gc(std::uint32_t client, std::uint32_t length);
    void append_struct(std::uint32_t client, std::uint32_t item);
    void give_content(
        std::uint32_t index,
        const StructRecord& record,
        const RecordDetails* details,
        std::uint32_t offset);
    void advance(std::uint32_t client, std::uint32_t length);

    bool shrink_run(std::uint32_t client, std::uint32_t position, Clock clock, Clock end);
    void mark_deleted(std::uint32_t index);
    void release_content(const Item& item);
    void collect_chain(std::uint32_t first);
    void to_gc(std::uint32_t index);
    void compact_text(std::uint32_t client);
    std::uint32_t new_type();
    void free_type(std::uint32_t type);

    bool is_watched(const Item& item) const {
        return watched_ != none && !item.is_keyed() && type_of(item) == watched_;
    }
    void note_insert(std::uint32_t index, std::uint32_t from, std::uint32_t length);
    void note_delete(std::uint32_t index);
    void note_cut(std::uint32_t right);
    void append_text_of(
        const Item& item, std::uint32_t from, std::uint32_t length, std::string& out) const;
    void restore_normal_form();
    void join_ranges(std::vector<DeletedRange>& ranges) const;
    void merge_around(const DeletedRange& range);
    std::string_view encode_transaction();

    DocumentOptions options_;
    std::vector<Item> items_;
    std::uint32_t free_items_ = none;
    std::vector<Client> clients_;
    std::unordered_map<ClientNumber, std::uint32_t, SeededHash>
        by_number_;                          // only beyond a few clients
    mutable std::uint32_t last_client_ = 0;  // found last
    mutable std::vector<std::uint32_t> descending_;
    std::vector<TypeEntry> types_;
    std::uint32_t free_types_ = none;
    std::vector<Slot> slots_;
    std::uint32_t free_slots_ = none;
    std::unordered_map<std::uint64_t, std::uint32_t, SeededHash> slot_by_key_;  // type << 32 | key
    std::unordered_map<std::uint32_t, std::uint32_t> roots_;                    // name → type
    Names names_;
    Payloads payloads_;
    PositionTree tree_;
    Pending pending_;
    std::size_t structs_ = 0;     // in all clients
    std::size_t text_units_ = 0;  // visible, of all strings
    Cursor cursor_;
    std::uint32_t watched_ = none;  // type
    bool lines_ = false;            // newlines are counted
    std::uint32_t max_depth_ = 1;   // that any type ever had

    // Of the transaction that is open; kept between transactions for their memory.
    std::vector<Mark> advanced_;           // clients and their states before
    std::vector<DeletedRange> deleted_;    // by this transaction
    std::vector<DeletedRange> unsettled_;  // where neighbours may have become one struct
    std::vector<Mark> splits_;             // ids of right parts
    std::vector<std::uint32_t> dead_types_;
    std::vector<RecordedChange> recorded_;
    std::vector<TextChange> changes_;
    std::string change_text_;
    bool relay_as_is_ = true;
    bool dropped_pending_ = false;
    ClientNumber author_ = 0;  // of local edits
    EncoderV1 encoder_;

    // Scratch of single steps.
    UpdateRecords records_;
    std::vector<Queue> queues_;  // by the message's client index
    std::vector<Wait> waits_;
    std::vector<std::uint32_t> scanned_;
    std::vector<std::uint32_t> document_client_;  // of a message's client index
    std::vector<std::uint32_t> scan_visit_;       // serial number of an item's visit, by item
    std::vector<std::uint32_t> stack_;
    std::string entry_text_;  // of the last SharedType::entry()
};

}  // namespace codencollab::crdt
