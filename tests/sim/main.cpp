// The driver of the simulation: plays seeds until the time is over or one fails. See README.md.
#include "base/log.h"
#include "sim/options.h"
#include "sim/shrink.h"
#include "sim/story.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <system_error>
#include <vector>

namespace codencollab::sim {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t trace_lines = 200;
constexpr std::size_t shrink_tries = 300;

struct Request {
    double seconds = 60;
    std::uint64_t first_seed = 1;
    std::uint64_t seeds_max = UINT64_MAX;
    std::vector<std::pair<std::string_view, std::string_view>> overrides;
    bool is_one_seed = false;
    bool shrinks = true;
};

template <class Number>
bool read(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size();
}

bool read(int count, char** arguments, Request& request) {
    for (int i = 1; i < count; ++i) {
        const std::string_view name = arguments[i];
        if (!name.starts_with("--")) {
            if (!read(name, request.seconds)) return false;
            continue;
        }
        if (name == "--no-shrink") {
            request.shrinks = false;
            continue;
        }
        if (++i == count) return false;
        const std::string_view value = arguments[i];
        if (name == "--seed") {
            request.is_one_seed = true;
            if (!read(value, request.first_seed)) return false;
        } else if (name == "--from") {
            if (!read(value, request.first_seed)) return false;
        } else if (name == "--seeds") {
            if (!read(value, request.seeds_max)) return false;
        } else {
            Options probe;
            if (!probe.set(name, value)) return false;
            request.overrides.emplace_back(name, value);
        }
    }
    return request.overrides.empty() || request.is_one_seed;
}

void report(const Options& options, const Outcome& outcome, bool shrinks) {
    fmt::print("FAILED: {}\n  {}\n", *outcome.complaint, options.arguments());
    if (!shrinks) return;
    const Options small = shrink(options, shrink_tries);
    const Outcome again = play(small, trace_lines);
    for (const std::string& line : again.trace)
        fmt::print("{}\n", line);
    fmt::print("shrunk to: {}\n  ./dev sim {}\n", *again.complaint, small.arguments());
}

int play_one(const Request& request) {
    Options options = Options::of_seed(request.first_seed);
    for (const auto& [name, value] : request.overrides)
        options.set(name, value);
    const Outcome outcome = play(options, trace_lines);
    for (const std::string& line : outcome.trace)
        fmt::print("{}\n", line);
    fmt::print(
        "{}\n{} events, {} acts, hash {:016x}\n",
        options.arguments(),
        outcome.events,
        outcome.acts,
        outcome.hash);
    if (!outcome.complaint) return 0;
    fmt::print("FAILED: {}\n", *outcome.complaint);
    return 1;
}

int play_many(const Request& request) {
    const auto begin = Clock::now();
    const auto elapsed = [&] {
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    std::uint64_t played = 0;
    std::uint64_t events = 0;
    while (played < request.seeds_max && elapsed() < request.seconds) {
        const Options options = Options::of_seed(request.first_seed + played);
        ++played;
        const Outcome outcome = play(options);
        events += outcome.events;
        if (!outcome.complaint) continue;
        fmt::print("after {} seeds in {:.1f} s:\n", played, elapsed());
        report(options, outcome, request.shrinks);
        return 1;
    }
    fmt::print(
        "{} seeds from {} on, {} events, {:.1f} s: {:.0f} seeds/s, all properties hold\n",
        played,
        request.first_seed,
        events,
        elapsed(),
        static_cast<double>(played) / elapsed());
    return 0;
}

}  // namespace
}  // namespace codencollab::sim

int main(int count, char** arguments) {
    codencollab::sim::Request request;
    if (!codencollab::sim::read(count, arguments, request)) {
        std::fputs(
            "sim [SECONDS] [--from SEED] [--seeds COUNT] [--no-shrink]\n"
            "sim --seed N [--faults a,b|none] [--clients 0,1] [--chaos-ms N]\n",
            stderr);
        return 2;
    }
    spdlog::set_level(spdlog::level::off);
    return request.is_one_seed ? play_one(request) : play_many(request);
}
