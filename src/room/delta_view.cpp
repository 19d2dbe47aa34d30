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
// By then the repair has arrived, and the way round it is not needed any more.
constexpr std::chrono::seconds detour_age_max{10};
constexpr std::size_t detour_pieces_max = 256;

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
    if (!detour_) return;  // almost always
    detour_->meant.apply(edits_of(*relay.effect));
    const bool is_old = now - detour_->since > detour_age_max;
    if (is_old || detour_->meant.count() > detour_pieces_max) detour_.reset();
}

void DeltaView::push(Pending pending) {
    pending_units_ += pending.units;
    pending_.push_back(std::move(pending));
}

void DeltaView::forget_first(std::size_t count) {
    if (count > 0) detour_.reset();  // its origin is gone
    for (; count > 0; --count) {
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
    Edits moved = on_document(std::move(*edits), base);
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
    received.edits = by_characters(on_document(std::move(edits), pending_.size()), document.text());
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
            rivals.push_back(on_document(std::move(found->edits), found->base));
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

std::vector<Edits> DeltaView::way_to_document(std::size_t base) const {
    if (base == pending_.size()) return {};
    std::vector<Edits> way;
    if (detour_) {
        Pieces made(detour_->origin.size());
        for (std::size_t i = 0; i < base; ++i)
            made.apply(edits_of(*pending_[i].effect));
        way.push_back(made.edits_towards(detour_->meant, detour_->origin));
    } else {
        for (std::size_t i = base; i < pending_.size(); ++i) {
            way.push_back(edits_of(*pending_[i].effect));
        }
    }
    return way;
}

// Whatever the document cannot hold is taken out first: that may make two edits one.
Edits DeltaView::on_document(Edits edits, std::size_t base) const {
    for (Edit& edit : edits)
        edit.text = fit_for_document(std::move(edit.text));
    edits = normal_form(std::move(edits));
    for (const Edits& step : way_to_document(base))
        edits = transform(edits, step);
    return edits;
}

// By whole characters: half of one that is taken apart becomes U+FFFD as well.
Edits DeltaView::by_characters(Edits edits, std::u16string_view text) {
    edits = widen_to_characters(std::move(edits), text);
    for (Edit& edit : edits)
        edit.text = fit_for_document(std::move(edit.text));
    return edits;
}

DeltaView::Received DeltaView::accept(
    Base found, const CodeChange& change, const Document& document) {
    Received received;
    Edits edits = on_document(found.edits, found.base);
    // Nobody can say which of these texts it was: what the sender may not have seen stays.
    for (const Edits& rival : found.rivals)
        edits = removing_only_with(edits, rival);
    // Nor, while its text is in doubt, whether it is any of them.
    const bool is_doubtful = owes_reset_ && !found.is_told;
    if (is_doubtful) edits = removing_only_with(edits, {});
    const bool is_certain = found.rivals.empty() && !is_doubtful;
    received.edits = by_characters(std::move(edits), document.text());
    // Whether all of it is taken as it was sent; else the client is repaired.
    const bool is_whole = std::ranges::all_of(
        found.edits, [](const Edit& edit) { return edit.text == fit_for_document(edit.text); });
    const bool cuts = is_whole && found.base == pending_.size() && found.rivals.empty() &&
                      *received.edits != found.edits;
    const bool is_newest = found.base == pending_.size();
    if (is_newest && is_whole && !cuts && !is_doubtful) {
        received.client = Received::Client::in_step;
    } else {
        received.client = Received::Client::known;
        received.text = change.code
                            ? *change.code
                            : apply_edits(is_newest ? document.text() : found.text, found.edits);
    }
    received.way = way_to_document(found.base);
    if (is_whole && !cuts && is_certain) received.own = std::move(found.edits);
    forget_first(found.base);
    detour_.reset();
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
    forget_first(base);
    detour_.reset();
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
    }

    // What the client will show once it has made everything that is on its way.
    std::u16string start = received.text;
    TextDocument shown(std::move(received.text));
    Pieces made(start.size());
    for (Pending& pending : pending_) {
        const Edits naive = pending.is_reset
                                ? difference(shown.text(), pending.update.changes->front().text)
                                : edits_by_monaco(shown, *pending.update.changes);
        made.apply(naive);
        AppliedEdits effect = shown.apply(naive);
        if (effect != *pending.effect) {
            pending.effect = std::make_shared<const AppliedEdits>(std::move(effect));
        }
    }

    // What it should show, as long as its change is what makes the difference.
    Edits repair;
    if (was_applied && !received.own.empty()) {
        Pieces meant(start.size());
        for (const Edits& step : received.way) {
            meant.apply(transform(step, received.own, Tie::edits_first));
            received.own = transform(received.own, step);
        }
        repair = widen_to_characters(made.edits_towards(meant, start), shown.text());
        if (leads_to(shown.text(), repair, document.text())) {
            if (!repair.empty()) detour_ = Detour{std::move(start), std::move(meant), now};
        } else {
            repair.clear();
        }
    }
    if (shown.text() == document.text()) return std::nullopt;
    if (repair.empty()) repair = difference(shown.text(), document.text());
    auto changes = std::make_shared<const Changes>(write_changes(shown, repair));
    if (edits_by_monaco(shown, *changes) != repair) return reset(document, next_rev, now);
    auto effect = std::make_shared<const AppliedEdits>(shown.apply(repair));
    const std::size_t units = units_of(*changes, effect.get());
    push({{changes, next_rev}, std::move(effect), now, units});
    return CodeUpdate{std::move(changes), next_rev};
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
    detour_.reset();
    reset_at_ = now;
    auto changes = std::make_shared<const Changes>(Changes{replace_everything(document.text())});
    const CodeUpdate update{changes, next_rev};
    push({update, std::move(effect), now, document.text().size(), true});
    return update;
}

}  // namespace codencollab::room
