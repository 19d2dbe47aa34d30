#include "room/delta_view.h"

#include <algorithm>
#include <cstdint>
#include <ranges>
#include <utility>

namespace codencollab::room {

namespace {

// Older updates, and those past these bounds, are taken as applied: a client that is so far behind
// is dropped as a slow consumer or repaired with its next change.
constexpr std::chrono::seconds pending_age_max{60};
constexpr std::size_t pending_count_max = 4'096;
constexpr std::size_t pending_units_max = 4 << 20;
// How many older texts are tried for a change that tells neither its revision nor its text.
constexpr std::size_t guesses_max = 32;

bool ends_lines_with_crlf(std::u16string_view text) {
    bool after_cr = false;
    bool any = false;
    for (const char16_t unit : text) {
        if ((unit == u'\n') != after_cr) return false;
        after_cr = unit == u'\r';
        any = any || after_cr;
    }
    return any && !after_cr;
}

void drop_cr(std::u16string& text) {
    std::erase(text, u'\r');
}

/// What a change has put in, and the text that is left of its sender's whole text without that.
struct Insertions {
    std::u16string text;
    Edits edits;
};

/// Nothing where the text does not hold what the change says.
std::optional<Insertions> insertions_of(const CodeChange& change) {
    std::vector<const Change*> sorted;
    for (const Change& each : std::views::reverse(change.changes))
        sorted.push_back(&each);
    std::ranges::stable_sort(sorted, {}, &Change::offset);
    const std::u16string& code = *change.code;
    const auto size = static_cast<std::int64_t>(code.size());
    constexpr std::int64_t far = std::int64_t{1} << 40;
    Insertions found;
    std::int64_t kept = 0;   // of the text, up to here
    std::int64_t grown = 0;  // by the changes before
    for (const Change* each : sorted) {
        const bool is_sane =
            each->offset >= 0 && each->offset <= far && each->length >= 0 && each->length <= far;
        if (!is_sane) return std::nullopt;
        const std::int64_t begin = each->offset + grown;
        const auto count = static_cast<std::int64_t>(each->text.size());
        if (begin < kept || begin + count > size) return std::nullopt;
        const auto at = static_cast<std::size_t>(begin);
        if (code.compare(at, each->text.size(), each->text) != 0) return std::nullopt;
        found.text +=
            code.substr(static_cast<std::size_t>(kept), at - static_cast<std::size_t>(kept));
        found.edits.push_back({found.text.size(), found.text.size(), each->text});
        kept = begin + count;
        grown += count - each->length;
    }
    found.text += code.substr(static_cast<std::size_t>(kept));
    found.edits = normal_form(std::move(found.edits));
    return found;
}

std::size_t units_of(const Changes& changes, const AppliedEdits* effect) {
    std::size_t units = 0;
    for (const Change& change : changes)
        units += change.text.size();
    if (effect != nullptr) {
        for (const AppliedEdit& edit : *effect)
            units += edit.removed.size();
    }
    return units;
}

}  // namespace

void DeltaView::sent(const Relay& relay, SteadyTime now) {
    push({relay.update, relay.effect, now, units_of(*relay.update.changes, relay.effect.get())});
    forget_aged(now);
}

void DeltaView::push(Pending pending) {
    pending_units_ += pending.units;
    pending_.push_back(std::move(pending));
}

void DeltaView::forget_first(std::size_t count) {
    for (; count > 0; --count) {
        if (weave_) {
            weave_->take_first(edits_of(*pending_.front().effect));
            if (weave_->update_count() == 0) weave_.reset();
        }
        pending_units_ -= pending_.front().units;
        pending_.pop_front();
    }
}

void DeltaView::forget_aged(SteadyTime now) {
    while (!pending_.empty() &&
           (now - pending_.front().sent_at > pending_age_max ||
            pending_.size() > pending_count_max || pending_units_ > pending_units_max)) {
        floor_rev_ = pending_.front().update.rev;
        forget_first(1);
    }
}

// No text from before a reset can be worked out: what the reset took away is not known.
std::size_t DeltaView::first_known_base() const {
    std::size_t base = pending_.size();
    while (base > 0 && pending_[base - 1].effect)
        --base;
    return base;
}

std::size_t DeltaView::base_of_rev(std::uint64_t rev) const {
    const auto newer = std::ranges::find_if(
        pending_, [rev](const Pending& pending) { return pending.update.rev > rev; });
    return static_cast<std::size_t>(newer - pending_.begin());
}

DeltaView::Received DeltaView::receive(
    CodeChange change, const Document& document, std::uint64_t room_rev, SteadyTime now) {
    forget_aged(now);
    Offsets offsets = Offsets::must_agree;
    if (change.code && ends_lines_with_crlf(*change.code)) {
        offsets = Offsets::ignored;  // its offsets count the CRs, which the document does not have
        drop_cr(*change.code);
        for (Change& each : change.changes) {
            drop_cr(each.text);
            each.offset -= each.range.start.line - 1;
            each.length -= each.range.end.line - each.range.start.line;
        }
    }

    const bool has_rev = change.rev && *change.rev >= floor_rev_ && *change.rev <= room_rev;
    const std::size_t base = has_rev ? base_of_rev(*change.rev) : pending_.size();
    if (has_rev && base < first_known_base()) {
        Received late = refuse(
            base,
            {ErrorCode::invalid_change, "Your text was out of step; you get the room's text."},
            std::nullopt);
        late.client = Received::Client::awaits_reset;
        return late;
    }

    std::u16string base_text;  // stays empty where it is the document's
    if (base < pending_.size()) {
        base_text = document.text();
        for (std::size_t i = pending_.size(); i > base; --i)
            undo(base_text, *pending_[i - 1].effect);
    }
    const bool is_newest = base == pending_.size();
    Result<Edits> edits = is_newest
                              ? read_changes(document, change.changes, offsets)
                              : read_changes(TextDocument(base_text), change.changes, offsets);

    if (change.code) {
        // Almost always the first: the text proves the base.
        const std::u16string& before = is_newest ? document.text() : base_text;
        const bool is_proved = edits && leads_to(before, *edits, *change.code);
        if (is_proved && (has_rev || pending_.empty())) {
            return accept(
                {base, std::move(base_text), std::move(*edits), {}, has_rev}, change, document);
        }
        if (auto found = base_by_code(change, offsets, document)) {
            return accept(std::move(*found), change, document);
        }
        return drifted(base, has_rev, std::move(edits), change, document);
    }
    if (has_rev && edits) {
        return accept({base, std::move(base_text), std::move(*edits), {}, true}, change, document);
    }
    if (!change.rev) {
        if (auto found = base_by_positions(change, document)) {
            return accept(std::move(*found), change, document);
        }
    }
    Error why = edits
                    ? Error{ErrorCode::invalid_change, "Unknown revision; you get the room's text."}
                    : std::move(edits).error();
    return refuse(base, std::move(why), std::nullopt);
}

// The client's text is known, but no base explains it.
DeltaView::Received DeltaView::drifted(
    std::size_t base,
    bool has_rev,
    Result<Edits> edits,
    const CodeChange& change,
    const Document& document) {
    if (!has_rev && !pending_.empty()) {
        Error why{ErrorCode::invalid_change, "Your text was out of step; you get the room's text."};
        return rescue(change, document, std::move(why));
    }
    if (!edits) return rescue(change, document, std::move(edits).error());
    Edits moved = on_document(std::move(*edits), base, document);
    Received received = refuse(base, {}, change.code);
    received.edits = by_characters(std::move(moved), document.text());
    return received;
}

// Nobody can say which pending updates are in the client's text, nor what it removed. What it has
// put in, its text does tell: that goes where the text around it is in the document.
DeltaView::Received DeltaView::rescue(
    const CodeChange& change, const Document& document, Error why) {
    const bool awaits_reset = first_known_base() > 0;
    auto inserted = insertions_of(change);
    // Updates on their way to a client that was to be replaced anyway say nothing any more.
    Received received = refuse(awaits_reset ? 0 : pending_.size(), std::move(why), {});
    if (awaits_reset) received.client = Received::Client::awaits_reset;
    if (!inserted) return received;
    Edits edits = transform(inserted->edits, difference(inserted->text, document.text()));
    received.edits =
        by_characters(on_document(std::move(edits), pending_.size(), document), document.text());
    // The text on its way to it does not hold what it has just put in.
    if (awaits_reset) owes_reset_ = true;
    return received;
}

std::optional<DeltaView::Base> DeltaView::base_by_code(
    const CodeChange& change, Offsets offsets, const Document& document) const {
    const std::u16string& code = *change.code;
    std::int64_t growth = 0;
    for (const Change& each : change.changes) {
        growth += static_cast<std::int64_t>(each.text.size()) - each.length;
    }
    std::optional<Base> found;
    const auto consider = [&](std::size_t base, const Document& text) {
        Result<Edits> edits = read_changes(text, change.changes, offsets);
        if (!edits || !leads_to(text.text(), *edits, code)) return;
        std::vector<Edits> rivals;
        if (found) {
            rivals = std::move(found->rivals);
            rivals.push_back(on_document(std::move(found->edits), found->base, document));
        }
        const bool is_newest = base == pending_.size();
        found = Base{
            base, is_newest ? std::u16string() : text.text(), std::move(*edits), std::move(rivals)};
    };

    consider(pending_.size(), document);
    const std::size_t first = first_known_base();
    if (first == pending_.size()) return found;
    std::u16string text = document.text();
    for (std::size_t base = pending_.size(); base-- > first;) {
        undo(text, *pending_[base].effect);
        const std::int64_t size_after = static_cast<std::int64_t>(text.size()) + growth;
        const bool may_fit =
            offsets == Offsets::ignored || size_after == static_cast<std::int64_t>(code.size());
        if (may_fit) consider(base, TextDocument(text));
    }
    return found;
}

std::optional<DeltaView::Base> DeltaView::base_by_positions(
    const CodeChange& change, const Document& document) const {
    if (auto edits = read_changes(document, change.changes, Offsets::must_agree)) {
        return Base{pending_.size(), {}, std::move(*edits)};
    }
    const std::size_t first = first_known_base();
    std::u16string text;
    for (std::size_t base = pending_.size(), tries = 0; base > first && tries < guesses_max;
         ++tries) {
        if (tries == 0) text = document.text();
        undo(text, *pending_[--base].effect);
        auto edits = read_changes(TextDocument(text), change.changes, Offsets::must_agree);
        if (edits) return Base{base, std::move(text), std::move(*edits)};
    }
    return std::nullopt;
}

Weave DeltaView::weave_at(std::size_t base, const Document& document) const {
    const bool is_woven = weave_ && base < weave_->update_count();
    std::size_t size = document.text().size();
    for (std::size_t i = base; i < pending_.size(); ++i) {
        for (const AppliedEdit& edit : *pending_[i].effect)
            size = size - edit.inserted.size() + edit.removed.size();
    }
    Weave weave = is_woven ? *weave_ : Weave(size);
    for (std::size_t i = 0; is_woven && i < base; ++i)
        weave.take_first(edits_of(*pending_[i].effect));
    for (std::size_t i = base + weave.update_count(); i < pending_.size(); ++i) {
        if (pending_[i].is_reset) {
            weave.add_reset(edits_of(*pending_[i].effect));
        } else {
            weave.add_relay(*pending_[i].update.changes, edits_of(*pending_[i].effect));
        }
    }
    return weave;
}

Edits DeltaView::on_document(Edits edits, std::size_t base, const Document& document) const {
    if (base < pending_.size()) return weave_at(base, document).change(edits);
    // Whatever the document cannot hold is taken out first: that may make two edits one.
    for (Edit& edit : edits)
        edit.text = fit_for_document(std::move(edit.text));
    return normal_form(std::move(edits));
}

// By whole characters: half of one that is taken apart becomes U+FFFD as well. `replaced` are
// those, in the text after the edits.
Edits DeltaView::by_characters(Edits edits, std::u16string_view text, Edits* replaced) {
    edits = widen_to_characters(std::move(edits), text);
    std::size_t grown = 0;
    std::size_t shrunk = 0;
    for (Edit& edit : edits) {
        std::u16string fit = fit_for_document(edit.text);
        for (std::size_t i = 0; replaced != nullptr && i < fit.size(); ++i) {
            const std::size_t at = edit.begin + grown - shrunk + i;
            if (fit[i] != edit.text[i]) replaced->push_back({at, at + 1, {fit[i]}});
        }
        grown += fit.size();
        shrunk += edit.end - edit.begin;
        edit.text = std::move(fit);
    }
    if (replaced != nullptr) *replaced = normal_form(std::move(*replaced));
    return edits;
}

DeltaView::Received DeltaView::accept(
    Base found, const CodeChange& change, const Document& document) {
    using Client = Received::Client;
    const bool is_newest = found.base == pending_.size();
    std::optional<Weave> weave;
    if (!is_newest) weave = weave_at(found.base, document);
    Edits edits =
        weave ? weave->change(found.edits) : on_document(found.edits, found.base, document);
    // Nobody can say which of these texts it was: what the sender may not have seen stays.
    for (const Edits& rival : found.rivals)
        edits = removing_only_with(edits, rival);
    // Nor, while its text is in doubt, whether it is any of them.
    const bool is_doubtful = owes_reset_ && !found.is_told;
    if (is_doubtful) edits = removing_only_with(edits, {});
    const bool is_certain = found.rivals.empty() && !is_doubtful;

    Received received;
    Edits whole = by_characters(std::move(edits), document.text(), &received.replaced);
    if (is_newest && is_certain && whole == found.edits) {
        received.client = Client::in_step;
        received.own = std::move(found.edits);
    } else {
        received.client = Client::known;
        received.text = change.code
                            ? *change.code
                            : apply_edits(is_newest ? document.text() : found.text, found.edits);
        if (is_certain && is_newest) {
            weave.emplace(document.text().size());
            weave->change(found.edits);
        }
        if (is_certain) received.weave = std::move(weave);
    }
    received.edits = std::move(whole);
    weave_.reset();
    forget_first(found.base);
    // From here on its text is a guess, and no later change of its own need show that it is wrong.
    if (!is_certain) owes_reset_ = true;
    return received;
}

DeltaView::Received DeltaView::refuse(
    std::size_t base, Error why, std::optional<std::u16string> text) {
    Received received;
    received.edits = std::unexpected(std::move(why));
    if (text) {
        received.client = Received::Client::known;
        received.text = std::move(*text);
    }
    weave_.reset();
    forget_first(base);
    return received;
}

std::optional<CodeUpdate> DeltaView::settle(
    Received received,
    bool was_applied,
    const Document& document,
    std::uint64_t next_rev,
    SteadyTime now) {
    using Client = Received::Client;
    if (received.client == Client::awaits_reset) return std::nullopt;
    if (received.client == Client::unknown) return reset(document, next_rev, now);
    if (received.client == Client::in_step) {
        if (was_applied) return std::nullopt;  // almost always
        received.text = apply_edits(document.text(), received.own);
        received.weave.emplace(document.text().size());
        received.weave->change(received.own);
    }
    weave_ = std::move(received.weave);
    if (weave_) weave_->settle(was_applied, received.replaced);

    // What the client will show once it has made everything that is on its way.
    TextDocument shown(std::move(received.text));
    const Letters letters = foresee(shown);
    Edits repair;
    if (weave_) {
        repair = edits_between(letters, weave_->document(), document.text());
        repair = widen_to_characters(std::move(repair), shown.text());
        // Unless the document took the change in another way than it was asked to.
        if (!leads_to(shown.text(), repair, document.text())) weave_.reset();
    }
    if (!weave_) repair = difference(shown.text(), document.text());
    if (repair.empty()) {
        tidy_weave();
        return std::nullopt;
    }
    auto changes = std::make_shared<const Changes>(write_changes(shown, repair));
    if (made_by_monaco(shown, *changes).edits != repair) return reset(document, next_rev, now);
    if (weave_) weave_->add_repair(repair);
    auto effect = std::make_shared<const AppliedEdits>(shown.apply(repair));
    const std::size_t units = units_of(*changes, effect.get());
    push({{changes, next_rev}, std::move(effect), now, units});
    tidy_weave();
    return CodeUpdate{std::move(changes), next_rev};
}

// `shown`, the client's text now, becomes what it will be; the answer is its letters, if they are
// known.
Letters DeltaView::foresee(TextDocument& shown) {
    Letters letters;
    if (weave_) letters = weave_->client();
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        Pending& pending = pending_[i];
        const Changes& changes = *pending.update.changes;
        const MadeByMonaco made =
            pending.is_reset ? MadeByMonaco{difference(shown.text(), changes.front().text), {}}
                             : made_by_monaco(shown, changes);
        if (weave_) letters = weave_->foresee(i, letters, made.edits, changes, made.order);
        AppliedEdits effect = shown.apply(made.edits);
        if (effect != *pending.effect) {
            pending.effect = std::make_shared<const AppliedEdits>(std::move(effect));
        }
    }
    return letters;
}

void DeltaView::tidy_weave() {
    if (!weave_) return;
    if (pending_.empty()) {
        weave_.reset();
    } else {
        weave_->tidy();
    }
}

std::optional<CodeUpdate> DeltaView::reset(
    const Document& document, std::uint64_t next_rev, SteadyTime now) {
    if (first_known_base() > 0 && reset_at_ && now - *reset_at_ < reset_interval) {
        owes_reset_ = true;
        return std::nullopt;
    }
    return push_reset(nullptr, document, next_rev, now);
}

std::optional<CodeUpdate> DeltaView::reset_owed(
    const Document& document, std::uint64_t next_rev, SteadyTime now) {
    if (!owes_reset_) return std::nullopt;
    // Where the invariant may hold, the reset changes nothing, and texts before it stay known.
    const bool is_known = first_known_base() == 0;
    return push_reset(
        is_known ? std::make_shared<const AppliedEdits>() : nullptr, document, next_rev, now);
}

CodeUpdate DeltaView::push_reset(
    std::shared_ptr<const AppliedEdits> effect,
    const Document& document,
    std::uint64_t next_rev,
    SteadyTime now) {
    owes_reset_ = false;
    if (!effect) weave_.reset();
    reset_at_ = now;
    auto changes = std::make_shared<const Changes>(Changes{replace_everything(document.text())});
    const CodeUpdate update{changes, next_rev};
    push({update, std::move(effect), now, document.text().size(), true});
    return update;
}

}  // namespace codencollab::room
