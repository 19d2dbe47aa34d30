#pragma once

#include <array>
#include <cstdint>

namespace codencollab::sim {

/// Seeds that found a bug once, with what it was. Played first, always.
struct PinnedSeed {
    std::uint64_t seed;
    const char* bug;
};

inline constexpr std::array<PinnedSeed, 10> pinned_seeds = {{
    {17, "after a crash the text for people stayed old"},
    {20, "a double click on Run was accepted before the run was stored"},
    {109, "a run that was stored and reported as failed had no end"},
    {522, "a role whose change had failed was not written again"},
    {1016, "one replica's gap kept all others from being acknowledged"},
    {1181, "a refused change that came again was taken"},
    {9384, "near its limit a document with a gap was encoded as an empty one"},
    {13204, "a setting whose write had failed was answered as stored"},
    {25756, "a fold newer than the text for people left it old after a crash"},
    {2011, "one replica's gap kept all others from being acknowledged"},
}};

}  // namespace codencollab::sim
