#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace codencollab {

/// Where randomness comes from; a seeded one makes a test repeatable. Threads: any.
class Random {
  public:
    virtual ~Random() = default;
    virtual void fill(std::span<std::byte> bytes) = 0;
    std::uint64_t next_u64();
};

/// The kernel's generator (getrandom): fit for ids and keys.
class SystemRandom final : public Random {
  public:
    void fill(std::span<std::byte> bytes) override;
};

}  // namespace codencollab
