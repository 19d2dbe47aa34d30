#pragma once

#include "base/random.h"

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace codencollab {

/// The same numbers for the same seed.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed = 1) : engine_(seed) {}

    void fill(std::span<std::byte> bytes) override {
        for (std::byte& byte : bytes)
            byte = static_cast<std::byte>(engine_() & 0xFF);
    }

  private:
    std::mt19937_64 engine_;
};

}  // namespace codencollab
