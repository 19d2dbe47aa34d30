#pragma once

#include "crdt/delete_set.h"
#include "crdt/error.h"
#include "crdt/id.h"
#include "crdt/limits.h"
#include "crdt/relative_position.h"
#include "crdt/state_vector.h"
#include "crdt/update_records.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace codencollab::crdt {

class Array;
class Map;
class SharedType;
class Store;
class Text;
class Transaction;

/// One change of a watched text, in UTF-16 units of the text as the changes before it left it.
/// What is no text there (an embed, a nested type) counts one unit and reads as U+FFFC.
struct TextChange {
    std::size_t index = 0;
    std::size_t removed = 0;
    std::string_view inserted;  // UTF-8
};

/// What one call changed. Views are valid until the next call on the document, and `update` also
/// no longer than the bytes given to apply().
struct Applied {
    bool changed = false;  // false: all of it was known already, or all of it waits
    bool pending = false;  // something waits for what has not arrived
    /// What waited has passed its limit and was forgotten: a sync step 1 brings it back.
    bool dropped_pending = false;
    /// Update v1 to be relayed to others: the input itself where that is sound; empty if nothing
    /// changed.
    std::string_view update;
    /// For the watched text, in the order in which they are to be applied.
    std::span<const TextChange> changes;
};

struct DocumentOptions {
    /// Forget the content of what is deleted, as Yjs does by default. Without it deleted text stays
    /// readable, for playback of old states.
    bool gc = true;
    Limits limits = {};
};

/// Memory that a document holds, room to grow included.
struct MemoryUse {
    std::size_t bytes = 0;
};

/// A Yjs-compatible shared document: integrates updates and encodes what another replica lacks.
/// Replicas that have seen the same updates hold the same text, whatever the order of arrival.
///
/// Ownership: copies what it keeps; the bytes of an update may go after the call (see Applied).
///            Handles (Text, Map, …) point into it and must not outlive it.
/// Threads:   no thread and no lock of its own; one thread at a time (its room's loop).
/// Units:     positions and lengths in text are UTF-16 code units; sizes are bytes.
/// Errors:    a refused call leaves the document as it was.
/// Source:    YATA (Nicolaescu et al., GROUP 2016) as Yjs 13 has it; docs/engine.md.
class Document {
  public:
    explicit Document(DocumentOptions options = {});
    Document(Document&&) noexcept;
    Document& operator=(Document&&) noexcept;
    ~Document();

    /// Integrates one update. What depends on structs not seen yet waits as pending; an update
    /// applied twice changes nothing.
    std::expected<Applied, DecodeError> apply(std::string_view update, Format format = Format::v1);

    StateVector state_vector() const;
    /// The clock after the last known unit of `client`.
    Clock state(ClientNumber client) const;

    /// What a replica that has `known` lacks, as one update, pending data included; an empty state
    /// vector asks for all.
    std::string encode(const StateVector& known = {}, Format format = Format::v1) const;
    /// The same without what is pending.
    std::string encode_integrated(const StateVector& known = {}, Format format = Format::v1) const;

    Snapshot snapshot() const;
    /// The document as it was at `snapshot`, as an update to be applied to an empty one. Only of
    /// use without gc, and for a snapshot of this document's past: else nothing.
    std::optional<std::string> encode_at(const Snapshot& snapshot) const;

    /// Visible UTF-16 units of all its texts, as `Limits::text_units` counts them.
    std::size_t text_units() const;

    bool has_pending() const;
    /// Forgets what waits; a sync step 1 to a peer brings it back.
    void drop_pending();

    /// The root type of that name, made on demand. Making it is not an edit: nothing is sent.
    Text text(std::string_view name);
    Map map(std::string_view name);
    Array array(std::string_view name);
    SharedType root(std::string_view name);
    bool has_root(std::string_view name) const;
    /// The type that the item `id` holds, if it holds one and is not deleted.
    std::optional<SharedType> type_of(Id id);

    /// Fills Applied::changes for this text from now on; one text a document.
    void watch(const Text& text);

    /// A position that stays with its surroundings. `index` at most the type's length.
    std::optional<RelativePosition> relative_position(
        const SharedType& type, std::size_t index, std::int64_t assoc = 0);
    /// Where it is now; nothing if what it stuck to is not known or forgotten.
    std::optional<std::size_t> resolve(const RelativePosition& position);

    MemoryUse memory_use() const;
    /// Gives back memory kept for growing; after loading, or when a room goes idle.
    void shrink();

    /// Aborts with a message if the document's structure is not sound. For tests and fuzzing.
    void check_invariants() const;
    /// Whether an item does not stand between its origin and its right origin, as it does wherever
    /// updates are true. A liar can name them the wrong way round; where such items stand depends,
    /// as in Yjs, on what came first. For tests and fuzzing. Cost: linear.
    bool has_crossed_origins() const;

  private:
    friend class SharedType;
    friend class Text;
    friend class Map;
    friend class Array;
    friend class Transaction;
    std::unique_ptr<Store> store_;
};

/// All edits made through it are one update, by one client. Ends itself. One at a time for each
/// document, and no apply() meanwhile.
class Transaction {
  public:
    Transaction(Document& document, ClientNumber author);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    Applied commit();

  private:
    friend class Text;
    friend class Map;
    friend class Array;
    Store* store_;
    bool open_ = true;
};

/// What one place of a type holds. Views are valid until the next call on the document.
struct ContentView {
    Kind kind = Kind::gc;
    std::uint32_t length = 0;
    std::string_view bytes;     // as StructRecord::content
    std::string_view name;      // as RecordDetails::name
    std::uint32_t type = none;  // kind type: for SharedType
};

/// A shared type to be read: two words, cheap to copy.
class SharedType {
  public:
    TypeKind kind() const;
    std::string_view node_name() const;
    /// Visible units of its list.
    std::size_t length() const;

    /// Its list's live contents in order, formats included.
    void for_each(const std::function<void(const ContentView&)>& visit) const;
    /// Its live map entries (of a map, attributes of a text or XML element), in no order that means
    /// anything. An `any` of several values counts as its last.
    void for_each_entry(
        const std::function<void(std::string_view key, const ContentView&)>& visit) const;
    std::optional<ContentView> entry(std::string_view key) const;
    /// The type that `content` (of kind type) is.
    SharedType nested(const ContentView& content) const;

    friend bool operator==(const SharedType&, const SharedType&) = default;

  protected:
    friend class Document;
    friend class Transaction;
    SharedType(Store* store, std::uint32_t type) : store_(store), type_(type) {}
    Store* store_;
    std::uint32_t type_;
};

/// Line and column, both from 0. Lines end with "\n".
struct LineColumn {
    std::size_t line = 0;
    std::size_t column = 0;
    friend bool operator==(const LineColumn&, const LineColumn&) = default;
};

class Text : public SharedType {
  public:
    explicit Text(const SharedType& type) : SharedType(type) {}

    /// The whole text as UTF-8, as Yjs' toString(): embeds and nested types give nothing.
    std::string to_string() const;
    /// Units [index, index + count) as UTF-8, what is no text as U+FFFC; clamped to the text.
    void append_slice(std::size_t index, std::size_t count, std::string& out) const;
    std::string line(std::size_t line) const;  // without its "\n"
    std::size_t line_count() const;            // at least 1

    /// Without a walk over the text, from the second question on; clamped to the text.
    LineColumn to_line_column(std::size_t offset) const;
    std::size_t to_offset(LineColumn position) const;

    std::expected<void, EditError> insert(
        Transaction& transaction, std::size_t index, std::string_view utf8);
    std::expected<void, EditError> erase(
        Transaction& transaction, std::size_t index, std::size_t count);

  private:
    std::size_t line_start(std::size_t line) const;
};

class Map : public SharedType {
  public:
    explicit Map(const SharedType& type) : SharedType(type) {}

    /// `value`: one value in lib0's any form; bytes (type 116) become binary content, as in Yjs.
    std::expected<void, EditError> set(
        Transaction& transaction, std::string_view key, std::string_view value);
    /// Nothing happens if there is no such entry.
    void erase(Transaction& transaction, std::string_view key);
};

class Array : public SharedType {
  public:
    explicit Array(const SharedType& type) : SharedType(type) {}

    /// `values`: `count` values in lib0's any form, in a row.
    std::expected<void, EditError> insert(
        Transaction& transaction, std::size_t index, std::uint32_t count, std::string_view values);
    std::expected<void, EditError> erase(
        Transaction& transaction, std::size_t index, std::size_t count);
};

}  // namespace codencollab::crdt
