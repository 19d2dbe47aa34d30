#include "room/letters.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

namespace codencollab::room {

void Letters::append(LetterRun run) {
    if (run.size() == 0) return;
    size_ += run.size();
    if (!runs_.empty() && runs_.back().end == run.begin) {
        runs_.back().end = run.end;
    } else {
        runs_.push_back(run);
    }
}

Letters Letters::after(const Edits& edits, const Letters& inserted) const {
    Letters result;
    LettersReader ours(*this);
    LettersReader theirs(inserted);
    std::size_t at = 0;
    for (const Edit& edit : edits) {
        ours.take(edit.begin - at, result);
        ours.skip(edit.end - edit.begin);
        theirs.take(edit.text.size(), result);
        at = edit.end;
    }
    ours.take(size_ - at, result);
    return result;
}

void LettersReader::read(std::size_t count, Letters* into) {
    while (count > 0) {
        const std::size_t part = std::min(count, next_->size() - used_);
        const Letter begin = next_->begin + used_;
        if (into != nullptr) into->append({begin, begin + part});
        count -= part;
        used_ += part;
        if (used_ == next_->size()) {
            ++next_;
            used_ = 0;
        }
    }
}

LetterPlaces::LetterPlaces(const Letters& letters) {
    std::vector<Placed> all;
    all.reserve(letters.runs().size());
    std::size_t at = 0;
    for (const LetterRun& run : letters.runs()) {
        all.push_back({run, at});
        at += run.size();
    }
    std::ranges::sort(all, {}, [](const Placed& placed) { return placed.run.begin; });
    runs_.reserve(all.size());
    Letter end = 0;
    for (auto [run, place] : all) {
        if (run.end <= end) continue;
        const Letter begin = std::max(run.begin, end);
        runs_.push_back({{begin, run.end}, place + static_cast<std::size_t>(begin - run.begin)});
        end = run.end;
    }
}

std::vector<LetterPlaces::Placed>::const_iterator LetterPlaces::first_behind(Letter letter) const {
    return std::ranges::partition_point(
        runs_, [letter](const Placed& placed) { return placed.run.end <= letter; });
}

namespace {

/// Letters that stand together in both texts.
struct Common {
    std::size_t begin;  // in the one
    std::size_t place;  // in the other
    std::size_t size;
};

/// Of these, which are in the order of the other text, the heaviest that are in that of the one.
std::vector<Common> in_order(const std::vector<Common>& all) {
    struct Chain {
        std::size_t size;
        std::size_t last;  // in `all`
    };
    constexpr auto none = static_cast<std::size_t>(-1);
    std::map<std::size_t, Chain> best;  // by where its last begins; the later, the heavier
    std::vector<std::size_t> before(all.size(), none);
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto next = best.lower_bound(all[i].begin);
        std::size_t size = all[i].size;
        if (next != best.begin()) {
            before[i] = std::prev(next)->second.last;
            size += std::prev(next)->second.size;
        }
        while (next != best.end() && next->second.size <= size)
            next = best.erase(next);
        best.emplace_hint(next, all[i].begin, Chain{size, i});
    }
    std::vector<Common> chain;
    for (std::size_t i = best.empty() ? none : best.rbegin()->second.last; i != none; i = before[i])
        chain.push_back(all[i]);
    std::ranges::reverse(chain);
    return chain;
}

}  // namespace

Edits edits_between(const Letters& from, const Letters& to, std::u16string_view text) {
    const LetterPlaces places(from);
    std::vector<Common> common;
    std::size_t place = 0;
    for (const LetterRun& run : to.runs()) {
        places.split(run, [&](LetterRun part, std::optional<std::size_t> begin) {
            if (begin) common.push_back({*begin, place, part.size()});
            place += part.size();
        });
    }
    Edits edits;
    std::size_t from_at = 0;
    std::size_t to_at = 0;
    const auto make = [&](std::size_t from_end, std::size_t to_end) {
        if (from_at == from_end && to_at == to_end) return;
        edits.push_back({from_at, from_end, std::u16string(text.substr(to_at, to_end - to_at))});
    };
    for (const Common& kept : in_order(common)) {
        make(kept.begin, kept.place);
        from_at = kept.begin + kept.size;
        to_at = kept.place + kept.size;
    }
    make(from.size(), to.size());
    return edits;
}

}  // namespace codencollab::room
