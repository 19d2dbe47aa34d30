#include "naive_text.h"

#include <algorithm>
#include <utility>

namespace codencollab::crdt {
namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

}  // namespace

std::size_t NaiveText::place_of(Id id) const {
    const auto found = std::ranges::find(units_, id, &Unit::id);
    return static_cast<std::size_t>(found - units_.begin());
}

Clock NaiveText::state(ClientNumber client) const {
    const auto found = states_.find(client);
    return found == states_.end() ? 0 : found->second;
}

std::u16string NaiveText::text() const {
    std::u16string out;
    for (const Unit& unit : units_) {
        if (!unit.deleted) out += unit.value;
    }
    return out;
}

NaiveText::Edit NaiveText::insert(
    ClientNumber author, std::size_t index, std::u16string_view text) {
    std::size_t at = 0;
    for (std::size_t visible = 0; visible < index; ++at)
        visible += units_[at].deleted ? 0 : 1;
    while (at < units_.size() && units_[at].deleted)
        ++at;  // new text stands after tombstones

    Edit edit;
    std::optional<Id> origin;
    if (at > 0) origin = units_[at - 1].id;
    std::optional<Id> right_origin;
    if (at < units_.size()) right_origin = units_[at].id;
    for (const char16_t value : text) {
        const Id id{author, states_[author]++};
        edit.inserted.push_back({id, origin, right_origin, value});
        origin = id;
    }
    units_.insert(
        units_.begin() + static_cast<std::ptrdiff_t>(at),
        edit.inserted.begin(),
        edit.inserted.end());
    return edit;
}

NaiveText::Edit NaiveText::erase(std::size_t index, std::size_t count) {
    Edit edit;
    for (std::size_t at = 0, visible = 0; edit.deleted.size() < count; ++at) {
        if (units_[at].deleted || visible++ < index) continue;
        units_[at].deleted = true;
        edit.deleted.push_back(units_[at].id);
    }
    return edit;
}

void NaiveText::integrate(const Unit& unit) {
    const std::size_t end = unit.right_origin ? place_of(*unit.right_origin) : units_.size();
    std::size_t left = unit.origin ? place_of(*unit.origin) : nowhere;
    const std::size_t first = left + 1;  // nowhere wraps to 0
    std::size_t conflicting = first;     // [conflicting, at] are in conflict, [first, at] before
    for (std::size_t at = first; at < end; ++at) {
        const Unit& other = units_[at];
        if (other.origin == unit.origin) {
            if (other.id.client < unit.id.client) {
                left = at;
                conflicting = at + 1;
            } else if (other.right_origin == unit.right_origin) {
                break;
            }
        } else {
            const std::size_t origin = other.origin ? place_of(*other.origin) : nowhere;
            if (origin == nowhere || origin < first) break;
            if (origin < conflicting) {
                left = at;
                conflicting = at + 1;
            }
        }
    }
    units_.insert(units_.begin() + static_cast<std::ptrdiff_t>(left + 1), unit);
    states_[unit.id.client] = unit.id.clock + 1;
}

void NaiveText::apply(const Edit& edit) {
    std::ranges::copy(edit.inserted, std::back_inserter(waiting_.inserted));
    std::ranges::copy(edit.deleted, std::back_inserter(waiting_.deleted));
    for (bool moved = true; moved;) {
        moved = false;
        for (const Unit& unit : std::exchange(waiting_.inserted, {})) {
            if (unit.id.clock < state(unit.id.client)) continue;  // known
            if (unit.id.clock > state(unit.id.client) || !knows(unit.origin) ||
                !knows(unit.right_origin)) {
                waiting_.inserted.push_back(unit);
                continue;
            }
            integrate(unit);
            moved = true;
        }
    }
    for (const Id& id : std::exchange(waiting_.deleted, {})) {
        if (knows(id)) {
            units_[place_of(id)].deleted = true;
        } else {
            waiting_.deleted.push_back(id);
        }
    }
}

}  // namespace codencollab::crdt
