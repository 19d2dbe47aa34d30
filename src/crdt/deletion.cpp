// Deleting: marking, and forgetting the content of what was deleted.
#include "crdt/store.h"

#include <algorithm>

namespace codencollab::crdt {

void Store::delete_range(std::uint32_t client, Clock clock, Clock end) {
    std::uint32_t at = find(client, clock, Look::left);
    if (shrink_run(client, at, clock, end)) return;
    const std::vector<std::uint32_t>& structs = clients_[client].structs;
    if (const Item& first = items_[structs[at]]; first.deleted == 0 && first.clock < clock) {
        split(client, at, clock - first.clock);
        ++at;
    }
    for (; at < structs.size() && items_[structs[at]].clock < end; ++at) {
        const Item& item = items_[structs[at]];
        if (item.deleted != 0) continue;
        if (end < item.end()) split(client, at, end - item.clock);
        delete_item(structs[at]);
    }
}

// Somebody goes on deleting: the range is the end of a run before deleted units of the same client,
// or its beginning after such, so the border between the two moves and nothing is split or merged.
bool Store::shrink_run(std::uint32_t client, std::uint32_t position, Clock clock, Clock end) {
    const std::vector<std::uint32_t>& structs = clients_[client].structs;
    const std::uint32_t index = structs[position];
    Item& item = items_[index];
    if (!options_.gc || item.kind() != Kind::string || item.is_keyed()) return false;
    const auto joins = [&](std::uint32_t left, std::uint32_t right) {
        const Item& l = items_[left];
        const Item& r = items_[right];
        return l.right == right && r.origin_client == client && r.origin_clock == r.clock - 1 &&
               l.right_client == r.right_client &&
               (!l.has_right_origin() || l.right_clock == r.right_clock);
    };
    const std::uint32_t length = end - clock;
    const bool at_end = end == item.end() && clock > item.clock;
    const bool at_start = clock == item.clock && end < item.end();
    std::uint32_t neighbour = none;
    if (at_end && position + 1 < structs.size()) {
        neighbour = structs[position + 1];
    } else if (at_start && position > 0) {
        neighbour = structs[position - 1];
    }
    if (neighbour == none) return false;
    Item& gone = items_[neighbour];
    if (gone.kind() != Kind::deleted || gone.length > max_length - length ||
        !(at_end ? joins(index, neighbour) : joins(neighbour, index))) {
        return false;
    }
    TextBuffer& text = clients_[client].text;
    const std::uint32_t cut = item.content + (at_end ? clock - item.clock : length);
    if (text.is_inside_pair(cut)) return false;

    const std::uint32_t from = clock - item.clock;
    if (is_watched(item)) recorded_.push_back({tree_.before(index).units + from, length, 0, 0});
    if (item.place.in() == Place::In::leaf) {
        const std::uint32_t lines = lines_ ? text.newlines(item.content + from, length) : 0;
        tree_.add(item.place.index(), -Size{length, lines});
    }
    types_[type_of(item)].length -= length;
    text_units_ -= length;
    clients_[client].live_units -= length;
    deleted_.push_back({client, clock, length});
    if (cursor_.item != index) cursor_ = {};
    item.set_length(item.length - length);
    gone.set_length(gone.length + length);
    if (at_end) {
        gone.clock = clock;
        gone.set_origin(client, clock - 1);
    } else {
        item.clock = end;
        item.content += length;
        item.set_origin(client, end - 1);
    }
    return true;
}

// A deleted type takes all below it with it, however deep: hence a stack and no recursion.
void Store::delete_item(std::uint32_t index) {
    cursor_ = {};
    stack_.assign(1, index);
    while (!stack_.empty()) {
        const std::uint32_t next = stack_.back();
        stack_.pop_back();
        if (items_[next].deleted == 0) mark_deleted(next);
    }
}

// One item alone; what its type holds goes onto the stack.
void Store::mark_deleted(std::uint32_t index) {
    Item& item = items_[index];
    if (item.is_visible() && !item.is_keyed()) {
        if (is_watched(item)) note_delete(index);
        types_[type_of(item)].length -= item.length;
        if (item.place.in() == Place::In::leaf) {
            tree_.add(item.place.index(), -size_of(item));
        }
    }
    deleted_.push_back({static_cast<std::uint32_t>(item.client), item.clock, item.length});
    unsettled_.push_back(deleted_.back());
    if (item.kind() == Kind::string) {
        text_units_ -= item.length;
        if (options_.gc) clients_[item.client].live_units -= item.length;
    }
    item.deleted = 1;
    if (item.kind() == Kind::type) {
        const TypeEntry& type = types_[item.content];
        dead_types_.push_back(item.content);
        for (std::uint32_t child = type.first; child != none; child = items_[child].right) {
            stack_.push_back(child);
        }
        for (std::uint32_t slot = type.slots; slot != none; slot = slots_[slot].next) {
            if (slots_[slot].last != none) stack_.push_back(slots_[slot].last);
        }
    } else if (options_.gc) {
        release_content(item);
        item.set_kind(Kind::deleted);
        item.content = none;
    }
}

void Store::release_content(const Item& item) {
    switch (item.kind()) {
        case Kind::json:
        case Kind::binary:
        case Kind::embed:
        case Kind::format:
        case Kind::any:
        case Kind::subdocument:
            payloads_.release(item.content);
            break;
        default:  // text is compacted by and by; see compact_text
            break;
    }
}

void Store::to_gc(std::uint32_t index) {
    Item& item = items_[index];
    if (item.kind() != Kind::type) release_content(item);
    item.set_kind(Kind::gc);
    item.place = Place::type(0);
    item.left = none;
    item.right = none;
    item.content = none;
    item.set_origin(no_client, 0);
    item.set_right_origin(no_client, 0);
    unsettled_.push_back({static_cast<std::uint32_t>(item.client), item.clock, item.length});
}

// Nobody can see into a deleted type any more, so all that is below it forgets its place as well.
void Store::collect_dead_types() {
    for (const std::uint32_t top : dead_types_) {
        const std::uint32_t holder = types_[top].item;
        if (holder == none) continue;  // below another one, and collected with it
        items_[holder].set_kind(Kind::deleted);
        items_[holder].content = none;
        stack_.assign(1, top);
        while (!stack_.empty()) {
            const std::uint32_t type = stack_.back();
            stack_.pop_back();
            collect_chain(types_[type].first);
            for (std::uint32_t slot = types_[type].slots; slot != none; slot = slots_[slot].next) {
                collect_chain(slots_[slot].first);
            }
            free_type(type);
        }
    }
}

// Turns a list, or the items of a key, into GCs; the types among them go onto the stack.
void Store::collect_chain(std::uint32_t first) {
    for (std::uint32_t index = first; index != none;) {
        const std::uint32_t next = items_[index].right;
        if (items_[index].kind() == Kind::type) stack_.push_back(items_[index].content);
        to_gc(index);
        index = next;
    }
}

// Deleted text leaves holes; when they are more than half, the live runs are copied together in the
// order of their clocks. Each unit pays for at most one copy of another.
void Store::compact_text(std::uint32_t client) {
    Client& here = clients_[client];
    TextBuffer compacted;
    if (lines_) compacted.index_lines();
    compacted.reserve(here.live_units, here.text.is_wide());
    for (const std::uint32_t index : here.structs) {
        Item& item = items_[index];
        if (item.kind() != Kind::string) continue;
        item.content = compacted.append_from(here.text, item.content, item.length);
    }
    here.text = std::move(compacted);
}

}  // namespace codencollab::crdt
