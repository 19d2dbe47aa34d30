#include "crdt/pending.h"

#include <algorithm>
#include <iterator>

namespace codencollab::crdt {

namespace {

bool waits_longer(const Pending::Fragment& a, const Pending::Fragment& b) {
    return a.missing.clock > b.missing.clock;
}

}  // namespace

void Pending::add(Fragment fragment) {
    fragment_bytes_ += fragment.update.size() + fragment_overhead;
    ++fragments_of_[fragment.client];
    std::vector<Fragment>& waiting = waiting_[fragment.missing.client];
    waiting.push_back(std::move(fragment));
    std::ranges::push_heap(waiting, waits_longer);
}

void Pending::forget(const Fragment& fragment) {
    fragment_bytes_ -= fragment.update.size() + fragment_overhead;
    const auto count = fragments_of_.find(fragment.client);
    if (--count->second == 0) fragments_of_.erase(count);
}

std::optional<Pending::Fragment> Pending::take(ClientNumber client, Clock state) {
    const auto found = waiting_.find(client);
    if (found == waiting_.end() || found->second.front().missing.clock >= state) return {};
    std::vector<Fragment>& waiting = found->second;
    std::ranges::pop_heap(waiting, waits_longer);
    Fragment fragment = std::move(waiting.back());
    waiting.pop_back();
    if (waiting.empty()) waiting_.erase(found);
    forget(fragment);
    return fragment;
}

std::vector<Pending::Fragment> Pending::take_overtaken(ClientNumber client, Clock state) {
    std::vector<Fragment> taken;
    if (!fragments_of_.contains(client)) return taken;  // almost always
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        std::vector<Fragment>& waiting = at->second;
        const auto overtaken = std::ranges::partition(waiting, [&](const Fragment& fragment) {
            return fragment.client != client || fragment.begin >= state;
        });
        std::ranges::move(overtaken, std::back_inserter(taken));
        waiting.erase(overtaken.begin(), overtaken.end());
        std::ranges::make_heap(waiting, waits_longer);
        at = waiting.empty() ? waiting_.erase(at) : std::next(at);
    }
    for (const Fragment& fragment : taken)
        forget(fragment);
    return taken;
}

std::vector<Pending::Fragment> Pending::take_all() {
    std::vector<Fragment> all;
    for (auto& [client, waiting] : waiting_) {
        std::ranges::move(waiting, std::back_inserter(all));
    }
    waiting_.clear();
    fragments_of_.clear();
    fragment_bytes_ = 0;
    return all;
}

void Pending::add_delete(ClientNumber client, Clock clock, std::uint32_t length) {
    if (length == 0) return;
    Clock end = clock + length;
    auto next = deletes_.lower_bound({client, clock});
    if (next != deletes_.begin()) {
        const auto previous = std::prev(next);
        if (previous->first.first == client && previous->first.second + previous->second >= clock) {
            clock = previous->first.second;
            end = std::max(end, clock + previous->second);
            next = deletes_.erase(previous);
        }
    }
    while (next != deletes_.end() && next->first.first == client && next->first.second <= end) {
        end = std::max(end, next->first.second + next->second);
        next = deletes_.erase(next);
    }
    deletes_.emplace_hint(next, std::pair{client, clock}, end - clock);
}

std::optional<std::pair<Clock, std::uint32_t>> Pending::take_delete(
    ClientNumber client, Clock state) {
    const auto found = deletes_.lower_bound({client, 0});
    if (found == deletes_.end() || found->first.first != client || found->first.second >= state) {
        return {};
    }
    const std::pair range{found->first.second, found->second};
    deletes_.erase(found);
    return range;
}

}  // namespace codencollab::crdt
