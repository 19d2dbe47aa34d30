#pragma once

#include "base/clock.h"
#include "base/error.h"
#include "room/change.h"
#include "room/document.h"
#include "room/edit.h"
#include "room/event.h"
#include "room/monaco.h"
#include "room/text_document.h"
#include "room/weave.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::room {

/// An update of the document, as every delta participant but its author is sent it.
struct Relay {
    CodeUpdate update;
    std::shared_ptr<const AppliedEdits> effect;  // on the document
};

/// What one delta client shows, as far as the room knows; by this its changes find their place in a
/// document that has moved on meanwhile. The algorithm is in README.md.
///
/// Invariant: the client's text now, with every update of `pending_` made on it as Monaco makes
/// them, equals the document.
///
/// Threads: its room's loop.
/// Cost:    without concurrent edits nothing but the check of a change (and comparing `code`, when
///          the client sends it); with them, a copy of the text for each change.
class DeltaView {
  public:
    /// What became of a change; goes to `settle` once the room has decided.
    struct Received {
        Result<Edits> edits;  // in the document's positions as they are now

      private:
        friend class DeltaView;
        enum class Client {
            in_step,  // its text is the document with `own` made on it, and nothing is pending
            known,    // its text is `text`
            unknown,
            awaits_reset,  // its text is unknown, but on its way to being replaced
        };
        Client client = Client::unknown;
        Edits own;                   // of one in step: its change
        std::optional<Weave> weave;  // with its change in it; none when its base is not certain
        Edits replaced;              // halves of characters, in the document once it is made
        std::u16string text;
    };

    /// The client's text is the document, once it has got `initial-code`.
    explicit DeltaView(std::uint64_t rev) : floor_rev_(rev) {}

    /// `relay` has been pushed to the client.
    void sent(const Relay& relay, SteadyTime now);

    /// Reads a change of this client against the text that its sender saw. `room_rev` is the last
    /// revision the room gave out. Fails (in `edits`) with `invalid_change`.
    Received receive(
        CodeChange change, const Document& document, std::uint64_t room_rev, SteadyTime now);

    /// To be called after `receive`, when the room has made the edits (`was_applied`) or has
    /// refused them. What must be pushed to the client so that its text becomes the document's
    /// again, as revision `next_rev`; almost always nothing.
    std::optional<CodeUpdate> settle(
        Received received,
        bool was_applied,
        const Document& document,
        std::uint64_t next_rev,
        SteadyTime now);

    /// Replaces the client's whole text, whatever it is. None while a replacement is on its way for
    /// less than `reset_interval`; then the client is owed one.
    std::optional<CodeUpdate> reset(
        const Document& document, std::uint64_t next_rev, SteadyTime now);

    /// Whether the client's text is in doubt and has to be replaced by `reset_owed`, once the
    /// client has sent nothing for `reset_interval`.
    bool owes_reset() const { return owes_reset_; }
    std::optional<CodeUpdate> reset_owed(
        const Document& document, std::uint64_t next_rev, SteadyTime now);

    std::size_t pending_count() const { return pending_.size(); }

    static constexpr std::chrono::milliseconds reset_interval{1000};

  private:
    struct Pending {
        CodeUpdate update;
        std::shared_ptr<const AppliedEdits> effect;  // on this client's text; null when unknown
        SteadyTime sent_at;
        std::size_t units;
        bool is_reset = false;
    };

    /// A text that the client had, `base` being how many of the pending updates were in it, and
    /// what its change does to that text.
    struct Base {
        std::size_t base;
        std::u16string text;  // empty when it is the document's
        Edits edits;
        std::vector<Edits> rivals{};  // on the document: what it would be from other texts that fit
        bool is_told = false;         // by the client's revision, not found by its text
    };

    void push(Pending pending);
    CodeUpdate push_reset(
        std::shared_ptr<const AppliedEdits> effect,
        const Document& document,
        std::uint64_t next_rev,
        SteadyTime now);
    void forget_first(std::size_t count);
    void forget_aged(SteadyTime now);
    std::size_t first_known_base() const;
    std::size_t base_of_rev(std::uint64_t rev) const;
    std::optional<Base> base_by_code(
        const CodeChange& change, Offsets offsets, const Document& document) const;
    std::optional<Base> base_by_positions(const CodeChange& change, const Document& document) const;
    Received accept(Base found, const CodeChange& change, const Document& document);
    Received drifted(
        std::size_t base,
        bool has_rev,
        Result<Edits> edits,
        const CodeChange& change,
        const Document& document);
    Received rescue(const CodeChange& change, const Document& document, Error why);
    Received refuse(std::size_t base, Error why, std::optional<std::u16string> text);
    Weave weave_at(std::size_t base, const Document& document) const;
    Edits on_document(Edits edits, std::size_t base, const Document& document) const;
    Letters foresee(TextDocument& shown);
    void tidy_weave();
    static Edits by_characters(Edits edits, std::u16string_view text, Edits* replaced = nullptr);

    std::deque<Pending> pending_;  // sent, and not known to have been applied; oldest first
    std::size_t pending_units_ = 0;
    /// Of the first pending updates: those that were on their way when the client last made a
    /// change. What came later the client makes in the right place; none when that is all.
    std::optional<Weave> weave_;
    std::uint64_t floor_rev_;  // what comes before is not in pending_
    std::optional<SteadyTime> reset_at_;
    bool owes_reset_ = false;
};

}  // namespace codencollab::room
