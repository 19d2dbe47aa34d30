#include "crdt/delete_set.h"

#include "crdt/read_error.h"

#include <algorithm>
#include <tuple>

namespace codencollab::crdt {

namespace {

/// Whether the ranges are as the wire has them: `left` may stand right before `right`.
bool in_order(const DeleteSet::Range& left, const DeleteSet::Range& right) {
    if (left.client != right.client) return left.client > right.client;
    return left.end() < right.clock;
}

bool goes_before(const DeleteSet::Range& left, const DeleteSet::Range& right) {
    return std::tie(right.client, left.clock) < std::tie(left.client, right.clock);
}

}  // namespace

void DeleteSet::add(ClientNumber client, Clock clock, std::uint32_t length) {
    if (!ranges_.empty() && ranges_.back().client == client && ranges_.back().end() == clock) {
        ranges_.back().length += length;
    } else {
        ranges_.push_back({.client = client, .clock = clock, .length = length});
    }
}

void DeleteSet::normalise() {
    const auto is_empty = [](const Range& range) { return range.length == 0; };
    if (std::ranges::any_of(ranges_, is_empty)) std::erase_if(ranges_, is_empty);
    const auto out_of_order = [](const Range& left, const Range& right) {
        return !in_order(left, right);
    };
    if (std::ranges::adjacent_find(ranges_, out_of_order) == ranges_.end()) return;

    if (!std::ranges::is_sorted(ranges_, goes_before)) std::ranges::sort(ranges_, goes_before);
    std::size_t last = 0;
    for (std::size_t i = 1; i < ranges_.size(); ++i) {
        const Range& next = ranges_[i];
        if (in_order(ranges_[last], next)) {
            ranges_[++last] = next;
        } else if (next.end() > ranges_[last].end()) {
            ranges_[last].length = next.end() - ranges_[last].clock;
        }
    }
    ranges_.resize(last + 1);
}

std::uint64_t DeleteSet::units_within(ClientNumber client, Clock from, Clock end) const {
    // The first range that ends after `from`.
    auto at = std::ranges::partition_point(ranges_, [&](const Range& range) {
        return range.client > client || (range.client == client && range.end() <= from);
    });
    std::uint64_t units = 0;
    for (; at != ranges_.end() && at->client == client && at->clock < end; ++at) {
        units += std::min(at->end(), end) - std::max(at->clock, from);
    }
    return units;
}

}  // namespace codencollab::crdt
