#include "base/log.h"
#include "sim/pinned_seeds.h"
#include "sim/story.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>

namespace codencollab::sim {
namespace {

class Simulation : public testing::Test {
  protected:
    Simulation() { spdlog::set_level(spdlog::level::off); }

    static void expect_no_complaint(std::uint64_t seed) {
        const Options options = Options::of_seed(seed);
        const Outcome outcome = play(options);
        EXPECT_FALSE(outcome.complaint.has_value())
            << *outcome.complaint << "\n  ./dev sim " << options.arguments();
    }
};

TEST_F(Simulation, TwoWorldsOfOneSeedAreTheSameToTheLastEvent) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Outcome first = play(Options::of_seed(seed));
        const Outcome second = play(Options::of_seed(seed));
        EXPECT_EQ(first.hash, second.hash) << seed;
        EXPECT_EQ(first.events, second.events) << seed;
        EXPECT_NE(first.hash, play(Options::of_seed(seed + 1)).hash) << seed;
    }
}

TEST_F(Simulation, OptionsReadBackAreTheSame) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        const Options options = Options::of_seed(seed);
        std::istringstream words(options.arguments());
        Options read;
        std::string name;
        std::string value;
        while (words >> name >> value) {
            if (name == "--seed") {
                read.seed = std::stoull(value);
            } else {
                EXPECT_TRUE(read.set(name, value)) << name << value;
            }
        }
        EXPECT_EQ(read.arguments(), options.arguments());
    }
}

TEST_F(Simulation, EverySeedThatFoundABugIsPlayedAgain) {
    for (const PinnedSeed& pinned : pinned_seeds) {
        SCOPED_TRACE(pinned.bug);
        expect_no_complaint(pinned.seed);
    }
}

// The time is a bound for slow machines and sanitizers alone: a run that ends early says so.
TEST_F(Simulation, AllPropertiesHoldOverFiveHundredSeeds) {
    constexpr std::uint64_t seeds = 500;
    constexpr std::chrono::seconds patience(60);
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t played = 0;
    while (played < seeds && std::chrono::steady_clock::now() - begin < patience) {
        expect_no_complaint(1'000 + played);
        ++played;
        if (HasFailure()) break;
    }
    fmt::print("{} seeds played\n", played);
    EXPECT_TRUE(played == seeds || std::chrono::steady_clock::now() - begin >= patience);
}

}  // namespace
}  // namespace codencollab::sim
