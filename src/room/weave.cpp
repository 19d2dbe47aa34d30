#include "room/weave.h"

#include <algorithm>
#include <optional>
#include <ranges>
#include <string>
#include <utility>

namespace codencollab::room {

Weave::Weave(std::size_t size) : client_(fresh(size)) {
    for (const LetterRun& run : client_.runs())
        document_.push_back({run, State::here});
}

void Weave::append(std::vector<Strand>& strands, Strand strand) {
    if (strand.run.size() == 0) return;
    const bool continues = !strands.empty() && strands.back().state == strand.state &&
                           strands.back().run.end == strand.run.begin;
    if (continues) {
        strands.back().run.end = strand.run.end;
    } else {
        strands.push_back(strand);
    }
}

Letters Weave::fresh(std::size_t count) {
    return {std::exchange(next_, next_ + count), count};
}

Letters Weave::document() const {
    Letters here;
    for (const Strand& strand : document_) {
        if (strand.state == State::here) here.append(strand.run);
    }
    return here;
}

// What comes in stands right behind the letter before it, and so before those that are gone there:
// what the client then types among those comes behind it, as everywhere (`Tie::earlier_first`).
Letters Weave::edit_document(const Edits& edits) {
    std::size_t units = 0;
    for (const Edit& edit : edits)
        units += edit.text.size();
    const Letters inserted = fresh(units);
    std::vector<Strand> result;
    LettersReader coming(inserted);
    auto strand = document_.begin();
    std::size_t used = 0;  // letters of `strand` that are dealt with
    std::size_t at = 0;    // offset in the text before the edits
    const auto advance = [&](std::size_t to, State state) {
        while (at < to) {
            const Letter begin = strand->run.begin + used;
            const bool is_here = strand->state == State::here;
            const std::size_t rest = strand->run.size() - used;
            const std::size_t count = is_here ? std::min(rest, to - at) : rest;
            append(result, {{begin, begin + count}, is_here ? state : State::gone});
            if (is_here) at += count;
            used += count;
            if (used == strand->run.size()) {
                ++strand;
                used = 0;
            }
        }
    };
    for (const Edit& edit : edits) {
        advance(edit.begin, State::here);
        Letters letters;
        coming.take(edit.text.size(), letters);
        for (const LetterRun& run : letters.runs())
            append(result, {run, State::here});
        advance(edit.end, State::gone);
    }
    for (; strand != document_.end(); ++strand) {
        append(result, {{strand->run.begin + used, strand->run.end}, strand->state});
        used = 0;
    }
    document_ = std::move(result);
    return inserted;
}

void Weave::add_relay(const Changes& changes, const Edits& effect) {
    Letters letters = edit_document(effect);
    if (effect.empty()) {
        // Monaco would throw where the client is now, but may not once that has typed on.
        std::size_t count = 0;
        for (const Change& change : changes)
            count += change.text.size();
        letters = fresh(count);
        for (const LetterRun& run : letters.runs())
            append(document_, {run, State::gone});
    }
    updates_.push_back({letters, letters});
}

void Weave::add_reset(const Edits& effect) {
    edit_document(effect);
    updates_.push_back({document(), {}, true});
}

void Weave::add_repair(const Edits& repair) {
    const Letters letters = document();
    LettersReader reader(letters);
    Letters brought;
    std::size_t at = 0;
    for (const Edit& edit : repair) {
        reader.skip(edit.begin - at);
        reader.take(edit.text.size(), brought);
        at = edit.end;
    }
    updates_.push_back({brought, brought});
}

void Weave::take_first(const Edits& made) {
    const Update& first = updates_.front();
    client_ = first.is_reset ? first.told : client_.after(made, first.made);
    updates_.pop_front();
}

Weave::Typed Weave::take_in(const std::u16string& text, Letter first) {
    Typed typed{fit_for_document(text), {}};
    if (typed.taken == text) {  // almost always
        append(typed.strands, {{first, first + text.size()}, State::coming});
        return typed;
    }
    std::size_t used = 0;  // of what is taken
    for (const char16_t unit : text) {
        const LetterRun letter{first, first + 1};
        ++first;
        const bool is_dropped = unit == u'\r';
        const bool is_taken = !is_dropped && typed.taken[used] == unit;
        append(typed.strands, {letter, is_taken ? State::coming : State::gone});
        if (is_dropped) continue;
        if (!is_taken) append(typed.strands, {fresh(1).runs().front(), State::coming});
        ++used;
    }
    return typed;
}

Edits Weave::change(const Edits& edits) {
    std::size_t count = 0;
    for (const Edit& edit : edits)
        count += edit.text.size();
    Letter first = next_;
    const Letters all = fresh(count);
    std::vector<Typed> typed;
    for (const Edit& edit : edits) {
        typed.push_back(take_in(edit.text, first));
        first += edit.text.size();
    }
    Edits done = weave_in(place(edits, typed));
    client_ = client_.after(edits, all);
    return normal_form(std::move(done));
}

Weave::Placed Weave::place(const Edits& edits, const std::vector<Typed>& typed) const {
    Placed placed;
    LettersReader reader(client_);
    std::size_t read = 0;
    for (std::size_t i = 0; i < edits.size(); ++i) {
        if (edits[i].begin == 0) {
            placed.at_start.push_back(&typed[i]);
        } else {
            Letters before;
            reader.skip(edits[i].begin - 1 - read);
            reader.take(1, before);
            placed.behind.emplace_back(before.runs().front().begin, &typed[i]);
        }
        reader.take(edits[i].end - edits[i].begin, placed.removed);
        read = edits[i].end;
    }
    std::ranges::stable_sort(placed.behind, {}, &std::pair<Letter, const Typed*>::first);
    return placed;
}

// Each text stands before the first letter that the client sees behind the place where it was
// typed. What it does not see there yet was there earlier.
Edits Weave::weave_in(Placed placed) {
    std::vector<Strand> result;
    Edits done;
    std::size_t at = 0;  // offset in the document's text
    std::vector<const Typed*> waiting = std::move(placed.at_start);
    const auto put = [&](LetterRun run, State state, bool is_removed) {
        const bool was_here = state == State::here;
        append(result, {run, was_here && is_removed ? State::leaving : state});
        if (!was_here) return;
        if (is_removed) done.push_back({at, at + run.size(), {}});
        at += run.size();
    };
    const auto put_waiting = [&] {
        for (const Typed* each : std::exchange(waiting, {})) {
            for (const Strand& strand : each->strands)
                append(result, strand);
            done.push_back({at, at, each->taken});
        }
    };
    const LetterPlaces all_seen(client_);
    const LetterPlaces all_removed(placed.removed);
    for (const Strand& strand : document_) {
        all_seen.split(strand.run, [&](LetterRun seen, std::optional<std::size_t> is_seen) {
            if (!is_seen) return put(seen, strand.state, false);
            all_removed.split(seen, [&](LetterRun run, std::optional<std::size_t> is_removed) {
                put_waiting();
                auto next = std::ranges::lower_bound(
                    placed.behind, run.begin, {}, &std::pair<Letter, const Typed*>::first);
                for (; next != placed.behind.end() && next->first < run.end; ++next) {
                    if (run.begin <= next->first) {
                        put_waiting();
                        put({run.begin, next->first + 1}, strand.state, is_removed.has_value());
                        run.begin = next->first + 1;
                    }
                    waiting.push_back(next->second);
                }
                if (run.size() == 0) return;
                put_waiting();
                put(run, strand.state, is_removed.has_value());
            });
        });
    }
    put_waiting();
    document_ = std::move(result);
    return done;
}

void Weave::settle(bool was_made, const Edits& replaced) {
    std::vector<Strand> result;
    for (const Strand& strand : document_) {
        const bool is_here = strand.state == State::here ||
                             strand.state == (was_made ? State::coming : State::leaving);
        append(result, {strand.run, is_here ? State::here : State::gone});
    }
    document_ = std::move(result);
    if (was_made && !replaced.empty()) edit_document(replaced);
}

Letters Weave::foresee(
    std::size_t index,
    const Letters& shown,
    const Edits& made,
    const Changes& changes,
    const std::vector<std::size_t>& order) {
    Update& update = updates_[index];
    if (update.is_reset) return update.told;
    update.made = {};
    const auto is_told_order = [&] {
        return order.size() == changes.size() && std::ranges::is_sorted(order, std::greater());
    };
    if (is_told_order()) {  // almost always
        update.made = update.told;
    } else {
        for (const std::size_t number : order) {
            LettersReader reader(update.told);
            for (std::size_t i = changes.size() - 1; i > number; --i)
                reader.skip(changes[i].text.size());
            reader.take(changes[number].text.size(), update.made);
        }
    }
    return shown.after(made, update.made);
}

void Weave::tidy() {
    Letters wanted = client_;
    for (const Update& update : updates_) {
        for (const LetterRun& run : update.told.runs())
            wanted.append(run);
    }
    const LetterPlaces all(wanted);
    const LetterPlaces seen(client_);
    const Letter first = std::exchange(next_, next_ + client_.size());
    const auto rename = [&](LetterRun run, const auto& take) {
        seen.split(run, [&](LetterRun part, std::optional<std::size_t> place) {
            take(place ? LetterRun{first + *place, first + *place + part.size()} : part);
        });
    };
    std::vector<Strand> strands;
    for (const Strand& strand : document_) {
        all.split(strand.run, [&](LetterRun part, std::optional<std::size_t> place) {
            if (!place && strand.state == State::gone) return;
            rename(part, [&](LetterRun run) { append(strands, {run, strand.state}); });
        });
    }
    document_ = std::move(strands);
    const auto rename_all = [&](Letters& letters) {
        Letters result;
        for (const LetterRun& run : letters.runs())
            rename(run, [&](LetterRun part) { result.append(part); });
        letters = std::move(result);
    };
    for (Update& update : updates_) {
        rename_all(update.told);
        rename_all(update.made);
    }
    rename_all(client_);
}

}  // namespace codencollab::room
