#pragma once

#include "room/change.h"
#include "room/edit.h"
#include "room/letters.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::room {

/// Which letter of a client's text is which letter of the document, while updates are on their way
/// to that client which it makes in the wrong place, and repairs behind them. The document's
/// letters stand in their order, with those that are gone; the client's text and what the updates
/// bring are letters of it. So a letter that an update takes away by mistake and its repair brings
/// back is one letter all the time, and what the client does to it is done to the document's.
///
/// Cost: that of the runs which the updates on their way have cut the text into. No text is held.
class Weave {
  public:
    /// The client's text is the document, of `size` units.
    explicit Weave(std::size_t size);

    /// An update is on its way, which does `effect` to the document.
    void add_relay(const Changes& changes, const Edits& effect);
    /// Replaces the whole text of the client by the document, once `effect` has made that.
    void add_reset(const Edits& effect);
    /// Makes the document of what the client shows when it has made all the updates before.
    void add_repair(const Edits& repair);
    /// Those that are on their way.
    std::size_t update_count() const { return updates_.size(); }

    /// The client has made the first of them, which did that to its text.
    void take_first(const Edits& made);

    /// The client has made `edits` in its text. What they are on the document, whose text takes
    /// what `fit_for_document` leaves; then `settle` says whether they were made there.
    Edits change(const Edits& edits);
    /// Ends `change`. The client shows it whether or not it was made; if it was, `replaced` says
    /// what was put in the place of units that the document could not hold.
    void settle(bool was_made, const Edits& replaced);

    const Letters& client() const { return client_; }
    Letters document() const;
    /// The client will make update number `index` as `made`, the text of the changes `order`
    /// coming one after another there. What its letters are then; they are `shown` before.
    Letters foresee(
        std::size_t index,
        const Letters& shown,
        const Edits& made,
        const Changes& changes,
        const std::vector<std::size_t>& order);

    /// Forgets what is in no text any more, and makes as few runs as there can be.
    void tidy();

  private:
    enum class State : std::uint8_t {
        here,
        gone,
        leaving,  // by a change that is not settled
        coming,
    };

    struct Strand {
        LetterRun run;
        State state;
    };

    /// What an update brings: of its changes, from the last to the first, which is the order that
    /// they were told for; and in the order in which the client will have made them.
    struct Update {
        Letters told;
        Letters made;
        bool is_reset = false;
    };

    /// A text that the client has put in, and what the document takes of it.
    struct Typed {
        std::u16string taken;
        std::vector<Strand> strands;
    };

    /// A change by the letters that its author saw.
    struct Placed {
        Letters removed;
        std::vector<const Typed*> at_start;
        std::vector<std::pair<Letter, const Typed*>> behind;  // by the letter before
    };

    static void append(std::vector<Strand>& strands, Strand strand);
    Letters fresh(std::size_t count);
    Typed take_in(const std::u16string& text, Letter first);
    Placed place(const Edits& edits, const std::vector<Typed>& typed) const;
    Edits weave_in(Placed placed);
    Letters edit_document(const Edits& edits);

    Letter next_ = 0;  // declared first: the letters of the client are numbered by it
    Letters client_;
    std::vector<Strand> document_;
    std::deque<Update> updates_;
};

}  // namespace codencollab::room
