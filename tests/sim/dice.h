#pragma once

#include "base/random.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace codencollab::sim {

/// The world's chance: the same numbers for the same seed. Each concern draws from a stream of its
/// own, so that taking one away (as the shrinker does) leaves the draws of the others as they were.
class Dice final : public Random {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    Dice stream(std::string_view name, std::uint64_t number = 0) const {
        std::uint64_t seed = state_ ^ (number * 0x9E3779B97F4A7C15U);
        for (const char letter : name)
            seed = (seed ^ static_cast<unsigned char>(letter)) * 0x100000001B3U;
        Dice made(seed);
        made.next();
        return made;
    }

    std::uint64_t next() {  // splitmix64
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    /// From 0 to `count` - 1.
    std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
    bool one_in(std::size_t count) { return below(count) == 0; }
    bool percent(std::size_t chance) { return below(100) < chance; }
    std::chrono::milliseconds between(std::size_t least_ms, std::size_t most_ms) {
        return std::chrono::milliseconds(least_ms + below(most_ms - least_ms + 1));
    }

    void fill(std::span<std::byte> bytes) override {
        for (std::byte& byte : bytes)
            byte = static_cast<std::byte>(next() & 0xFFU);
    }

  private:
    std::uint64_t state_;
};

}  // namespace codencollab::sim
