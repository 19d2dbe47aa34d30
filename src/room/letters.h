#pragma once

#include "room/edit.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace codencollab::room {

/// One unit of a text with an identity: taken away and brought back, it is the same. Its number
/// says nothing about its place.
using Letter = std::uint64_t;

/// Letters with consecutive numbers that stand side by side.
struct LetterRun {
    Letter begin = 0;
    Letter end = 0;
    std::size_t size() const { return static_cast<std::size_t>(end - begin); }
    bool operator==(const LetterRun&) const = default;
};

/// The letters of a text, in its order.
class Letters {
  public:
    Letters() = default;
    /// `count` new ones, numbered from `first`.
    Letters(Letter first, std::size_t count) { append({first, first + count}); }

    void append(LetterRun run);
    std::size_t size() const { return size_; }
    const std::vector<LetterRun>& runs() const { return runs_; }
    bool operator==(const Letters&) const = default;

    /// With the edits made, `inserted` being the letters of their texts, one after another.
    /// Cost: O(runs + edits).
    Letters after(const Edits& edits, const Letters& inserted) const;

  private:
    std::vector<LetterRun> runs_;  // none of them empty, none to be joined with the next
    std::size_t size_ = 0;
};

/// Goes through letters once. They must stay.
class LettersReader {
  public:
    explicit LettersReader(const Letters& letters) : next_(letters.runs().begin()) {}

    void skip(std::size_t count) { read(count, nullptr); }
    void take(std::size_t count, Letters& into) { read(count, &into); }

  private:
    void read(std::size_t count, Letters* into);

    std::vector<LetterRun>::const_iterator next_;
    std::size_t used_ = 0;  // of that run
};

/// Where letters stand in a text: the other way round.
class LetterPlaces {
  public:
    /// A letter that is there twice counts at one of its places. Cost: O(n log n) in runs.
    explicit LetterPlaces(const Letters& letters);

    /// Calls `part(run, place)` for the parts of `run`, in their order: each stands together in the
    /// text, from `place` on, or is not in it.
    template <class Part>
    void split(LetterRun run, Part part) const {
        for (auto at = first_behind(run.begin); run.begin < run.end; ++at) {
            const Letter begin = at == runs_.end() ? run.end : std::min(at->run.begin, run.end);
            if (run.begin < begin) part(LetterRun{run.begin, begin}, std::optional<std::size_t>());
            if (begin == run.end) return;
            run.begin = std::max(run.begin, begin);
            const Letter end = std::min(at->run.end, run.end);
            const auto place = at->place + static_cast<std::size_t>(run.begin - at->run.begin);
            part(LetterRun{run.begin, end}, std::optional(place));
            run.begin = end;
        }
    }

  private:
    struct Placed {
        LetterRun run;
        std::size_t place;
    };

    std::vector<Placed>::const_iterator first_behind(Letter letter) const;

    std::vector<Placed> runs_;  // by number
};

/// The edits that make the text of the letters `to`, which is `text`, of that of the letters
/// `from`: of what is in both, the most that has one order stays. No letter may be twice in `to`.
/// Cost: O(n log n) in runs.
Edits edits_between(const Letters& from, const Letters& to, std::u16string_view text);

}  // namespace codencollab::room
