#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::sim {

/// What must be true of a token in the end.
enum class Fate : std::uint8_t {
    open,      // typed, not acknowledged: there or not
    kept,      // acknowledged: there
    removing,  // its removal is not acknowledged: there or not
    removed,   // its removal is acknowledged: not there
    refused,   // the change that held it was refused: not there
};

/// How much is promised: a client that guesses positions may lose a letter, and a letter that a
/// delta client removes in the moment in which it shows it in a wrong place may come back.
enum class Promise : std::uint8_t { nothing_doubled, nothing_lost, nothing_comes_back };

/// Everything that anybody typed. A token is one UTF-16 unit that nobody types twice, so nothing
/// can cut it: it is in a text or not, once or more. Its typist alone removes it.
class Tokens {
  public:
    /// A new one, `open`. None when all are given out.
    std::optional<char16_t> make(std::size_t typist);

    static bool is_token(char16_t unit) { return number_of(unit).has_value(); }
    std::size_t count() const { return made_.size(); }
    std::size_t typist(char16_t unit) const { return made_[*number_of(unit)].typist; }
    Fate fate(char16_t unit) const { return made_[*number_of(unit)].fate; }
    void set(char16_t unit, Fate fate) { made_[*number_of(unit)].fate = fate; }
    /// The change that typed it was acknowledged.
    void acknowledge(char16_t unit) {
        Made& token = made_[*number_of(unit)];
        token.was_acknowledged = true;
        if (token.fate == Fate::open) token.fate = Fate::kept;
    }
    /// Its typist takes it away. A letter that came back may be taken away again before the first
    /// removal is answered.
    void begin_removal(char16_t unit) {
        Made& token = made_[*number_of(unit)];
        ++token.removals;
        const bool may_be_there = token.fate != Fate::refused && token.fate != Fate::removed;
        if (may_be_there) token.fate = Fate::removing;
    }
    /// The answer; a removal that was refused has not happened.
    void end_removal(char16_t unit, bool was_made) {
        Made& token = made_[*number_of(unit)];
        if (token.removals > 0) --token.removals;
        if (token.fate != Fate::removing) return;
        if (was_made) {
            token.fate = Fate::removed;
        } else if (token.removals == 0) {
            token.fate = token.was_acknowledged ? Fate::kept : Fate::open;
        }
    }
    bool is_known(char16_t unit) const {
        const auto number = number_of(unit);
        return number && *number < made_.size();
    }
    /// What was pasted as one is to stay in its order.
    void remember_paste(std::u16string units) { pastes_.push_back(std::move(units)); }

    /// What is wrong in this text, in words; empty when nothing is.
    std::string complaint(
        std::u16string_view text, const std::function<Promise(std::size_t typist)>& promise) const;

  private:
    struct Made {
        std::size_t typist;
        Fate fate;
        bool was_acknowledged = false;
        std::size_t removals = 0;  // on their way
    };
    static std::optional<std::size_t> number_of(char16_t unit);
    static char16_t unit_of(std::size_t number);

    std::vector<Made> made_;
    std::vector<std::u16string> pastes_;
};

}  // namespace codencollab::sim
