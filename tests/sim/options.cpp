#include "sim/options.h"

#include "sim/dice.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <vector>

namespace codencollab::sim {

namespace {

constexpr std::array<std::string_view, fault_count> fault_names = {
    "store_slow",    "store_error", "unknown_outcome", "load_error",   "disk_full",
    "crash",         "drain",       "freeze",          "wall_jump",    "cut",
    "half_open",     "reload",      "sleep",           "slow_reader",  "burst",
    "paste",         "bad_change",  "repeat",          "all_leave",    "roles",
    "lock",          "deletion",    "runner_hangs",    "runner_twice", "runner_late",
    "runner_floods", "runner_away"};

template <class Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        parts.push_back(text.substr(0, comma));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return parts;
}

}  // namespace

std::string_view to_string(Fault fault) {
    return fault_names[static_cast<std::size_t>(fault)];
}

Options Options::of_seed(std::uint64_t seed) {
    Dice dice = Dice(seed).stream("options");
    Options options;
    options.seed = seed;
    // One world in eight is quiet: what goes wrong there needs no fault.
    if (!dice.one_in(8)) {
        const std::size_t share = 10 + dice.below(50);
        for (std::size_t fault = 0; fault < fault_count; ++fault) {
            const bool is_rare = static_cast<Fault>(fault) == Fault::deletion;
            if (dice.percent(is_rare ? share / 4 : share)) options.faults |= 1U << fault;
        }
    }
    const std::size_t count = 2 + dice.below(4) + (dice.one_in(4) ? dice.below(3) : 0);
    options.clients = (1U << std::min(count, clients_max)) - 1;
    options.chaos_ms = static_cast<std::uint32_t>(3'000 + dice.below(20'000));
    return options;
}

std::string Options::arguments() const {
    std::vector<std::string_view> names;
    for (std::size_t fault = 0; fault < fault_count; ++fault) {
        if (has(static_cast<Fault>(fault))) names.push_back(fault_names[fault]);
    }
    std::vector<std::size_t> places;
    for (std::size_t place = 0; place < clients_max; ++place) {
        if (has_client(place)) places.push_back(place);
    }
    return fmt::format(
        "--seed {} --faults {} --clients {} --chaos-ms {}",
        seed,
        names.empty() ? "none" : fmt::format("{}", fmt::join(names, ",")),
        fmt::join(places, ","),
        chaos_ms);
}

bool Options::set(std::string_view name, std::string_view value) {
    if (name == "--chaos-ms") return read_number(value, chaos_ms);
    if (name == "--clients") {
        clients = 0;
        for (const std::string_view part : split(value)) {
            unsigned place = 0;
            if (!read_number(part, place) || place >= clients_max) return false;
            clients |= 1U << place;
        }
        return has_client(0);
    }
    if (name != "--faults") return false;
    faults = 0;
    if (value == "none") return true;
    for (const std::string_view part : split(value)) {
        const auto found = std::ranges::find(fault_names, part);
        if (found == fault_names.end()) return false;
        faults |= 1U << static_cast<unsigned>(found - fault_names.begin());
    }
    return true;
}

}  // namespace codencollab::sim
