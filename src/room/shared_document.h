#pragma once

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "crdt/document.h"
#include "room/delta_view.h"
#include "room/edit.h"
#include "room/store.h"
#include "room/text_document.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace codencollab::room {

/// What one act did to a room's document.
struct DocumentEffect {
    using Bytes = std::shared_ptr<const std::string>;

    Bytes update;      // Yjs v1, for everybody else and for the log; null when nothing changed
    Bytes correction;  // made by the room in the same turn, for everybody; nearly always null
    /// What delta clients are to be told; null when the text is as it was, or nobody looks at it.
    std::shared_ptr<const Changes> changes;
    std::shared_ptr<const AppliedEdits> effect;
    bool language_changed = false;
    bool waits = false;    // something of the document waits for what has not arrived
    bool dropped = false;  // what waited was too much and is forgotten
};

/// The document of a room: a Yjs-compatible one with the text `code` and the map `meta`, in which
/// `language` is; whatever else replicas keep in it is kept. Both kinds of clients edit it:
/// replicas by updates, delta clients by edits, which the room makes as one more replica with a
/// number of its own, a new one each time that the room is opened.
///
/// The text as UTF-16 with an index of its lines (`shown`) is there only while somebody looks at
/// it; then it is always what the engine has. What is no text counts one unit there, U+FFFC. No CR
/// is in it: what brings one has it taken out in the same turn.
///
/// Threads: its room's loop. Units: UTF-16 code units.
class SharedDocument {
  public:
    /// Fails with `store_unavailable` where what is stored is no document.
    static Result<SharedDocument> load(
        const StoredDocument& stored, const Limits& limits, Random& random);
    /// What a new room begins with, as its first update.
    static std::string first_update(
        std::string_view starter, std::string_view language, const Limits& limits, Random& random);

    /// Makes edits, which must lie inside the shown text and must fit.
    DocumentEffect edit(const Edits& edits);
    /// Whether the text keeps its limit with these edits of the shown text made.
    bool fits(const Edits& edits) const;
    /// Takes in an update, whole or not at all. Fails with `bad_payload` where it is none, and with
    /// `code_too_large` where the document would pass a limit.
    Result<DocumentEffect> apply(std::string_view update);
    /// For a document that was stored before anybody took them out.
    DocumentEffect drop_carriage_returns();
    /// Whether the document would be the same with it; bytes that are no update are not known.
    bool knows(std::string_view update) const;
    /// Whether something of the update, which was applied, still waits.
    bool lacks_for(std::string_view update) const;
    void forget_waiting() { document_.drop_pending(); }
    bool has_waiting() const { return document_.has_pending(); }

    /// What `meta` says, if it says a text.
    std::optional<std::string> language() const;
    DocumentEffect set_language(std::string_view language);

    std::string state_vector() const { return document_.state_vector().encode(); }
    /// Fails with `bad_payload`.
    Result<std::string> encode_since(std::string_view state_vector) const;
    std::string encode() const { return document_.encode_integrated(); }
    /// What was changed since `mark_stored`, or the document was loaded, and maybe more.
    std::string encode_unsaved() const { return document_.encode_integrated(stored_); }
    /// All that is in the document now is stored, or will be by what is stored next.
    crdt::StateVector mark() const { return document_.state_vector(); }
    void mark_stored(crdt::StateVector stored) { stored_ = std::move(stored); }

    /// UTF-8, without what is no text.
    std::string text() const { return code_.to_string(); }
    void show();
    void hide() { shown_.reset(); }
    bool is_shown() const { return shown_.has_value(); }
    const TextDocument& shown() const { return *shown_; }

    /// The place in `code` that stays with what is around it.
    std::optional<crdt::RelativePosition> stick_to(std::size_t offset);
    /// Where that is in the shown text; nothing if it is nowhere.
    std::optional<std::size_t> find(const crdt::RelativePosition& position);

    crdt::ClientNumber client() const { return client_; }
    bool has_client(crdt::ClientNumber client) const { return document_.state(client) > 0; }
    void shrink() { document_.shrink(); }

  private:
    SharedDocument(crdt::Document document, std::size_t units_max);

    void choose_client(Random& random);
    void tell_shown(Edits edits, DocumentEffect& effect);
    bool note_language();
    Edits carriage_returns() const;
    crdt::Applied make(const Edits& edits, bool& is_whole);

    crdt::Document document_;
    crdt::Text code_;
    crdt::Map meta_;
    std::size_t units_max_;
    crdt::ClientNumber client_ = 0;
    crdt::StateVector stored_;
    std::string language_;  // as the engine has it, to see a change
    std::optional<TextDocument> shown_;
};

/// The changes of a text, each made after the one before, as one step.
/// Cost: O(n log n) in the changes.
Edits edits_of(std::span<const crdt::TextChange> changes);

}  // namespace codencollab::room
