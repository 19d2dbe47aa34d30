#include "sim/tokens.h"

#include <fmt/format.h>

#include <array>

namespace codencollab::sim {

namespace {
// Private use first, then Chinese: nothing else in the world types these.
constexpr std::size_t private_first = 0xE000;
constexpr std::size_t private_count = 0xF8FF - private_first;
constexpr std::size_t chinese_first = 0x4E00;
constexpr std::size_t chinese_count = 0x9FFF - chinese_first;

constexpr std::array<std::string_view, 5> fates = {
    "typed, not acknowledged", "acknowledged", "being removed", "removed", "refused"};
}  // namespace

std::optional<std::size_t> Tokens::number_of(char16_t unit) {
    if (unit >= private_first && unit < private_first + private_count) return unit - private_first;
    if (unit >= chinese_first && unit < chinese_first + chinese_count) {
        return unit - chinese_first + private_count;
    }
    return std::nullopt;
}

char16_t Tokens::unit_of(std::size_t number) {
    return static_cast<char16_t>(
        number < private_count ? private_first + number : chinese_first + number - private_count);
}

std::optional<char16_t> Tokens::make(std::size_t typist) {
    if (made_.size() == private_count + chinese_count) return std::nullopt;
    made_.push_back({.typist = typist, .fate = Fate::open});
    return unit_of(made_.size() - 1);
}

std::string Tokens::complaint(
    std::u16string_view text, const std::function<Promise(std::size_t typist)>& promise) const {
    std::vector<std::size_t> counts(made_.size());
    std::vector<std::size_t> places(made_.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto number = number_of(text[i]);
        if (!number) continue;
        if (*number >= made_.size()) return fmt::format("a token that nobody typed at {}", i);
        ++counts[*number];
        places[*number] = i;
    }
    for (std::size_t number = 0; number < made_.size(); ++number) {
        const Fate fate = made_[number].fate;
        const Promise given = promise(made_[number].typist);
        const bool may_be = fate == Fate::removed   ? given != Promise::nothing_comes_back
                            : fate == Fate::refused ? given == Promise::nothing_doubled
                                                    : true;
        const bool must_be = fate == Fate::kept && given != Promise::nothing_doubled;
        if (counts[number] <= (may_be ? 1U : 0U) && counts[number] >= (must_be ? 1U : 0U)) continue;
        return fmt::format(
            "token U+{:04X} of client {} ({}) is there {} times",
            static_cast<unsigned>(unit_of(number)),
            made_[number].typist,
            fates[static_cast<std::size_t>(fate)],
            counts[number]);
    }
    for (const std::u16string& paste : pastes_) {
        std::size_t last = 0;
        for (const char16_t unit : paste) {
            const std::size_t number = *number_of(unit);
            if (counts[number] == 0) continue;
            if (places[number] < last) return "what was pasted as one is in another order";
            last = places[number];
        }
    }
    return {};
}

}  // namespace codencollab::sim
