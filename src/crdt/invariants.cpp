// What always holds between two calls.
#include "crdt/any.h"
#include "crdt/check.h"
#include "crdt/store.h"

#include <algorithm>
#include <unordered_set>

namespace codencollab::crdt {

void Store::check_invariants() const {
    std::size_t structs = 0;
    std::size_t text_units = 0;
    std::size_t live_items = 0;
    for (std::uint32_t client = 0; client < clients_.size(); ++client) {
        const Client& here = clients_[client];
        Clock clock = 0;
        std::uint32_t text_end = 0;
        std::uint32_t live_units = 0;
        for (std::size_t i = 0; i < here.structs.size(); ++i) {
            const Item& item = items_[here.structs[i]];
            ensure(item.client == client, "a client's structs are its own");
            ensure(item.clock == clock && item.length > 0, "structs are without gaps");
            ensure(item.kind() != Kind::skip, "no Skip in a document");
            clock = item.end();
            if (i > 0) {
                ensure(!can_merge(here.structs[i - 1], here.structs[i]), "neighbours are merged");
            }
            if (item.is_gc()) {
                ensure(item.deleted != 0, "a GC is deleted");
                continue;
            }
            ++live_items;
            if (item.deleted != 0 && options_.gc) {
                ensure(item.kind() == Kind::deleted, "deleted content is forgotten");
            }
            if (item.kind() == Kind::deleted) ensure(item.deleted != 0, "it is marked too");
            if (item.kind() == Kind::string) {
                ensure(item.content >= text_end, "text lies in the order of clocks");
                text_end = item.content + item.length;
                live_units += item.length;
                if (item.deleted == 0) text_units += item.length;
            }
            if (item.kind() == Kind::any || item.kind() == Kind::json) {
                const std::string_view values = payloads_.bytes(item.content);
                ensure(
                    skip_values(values, item.length) == values.size(), "as many values as units");
            }
            if (item.left != none) ensure(items_[item.left].right == here.structs[i], "left links");
            if (item.right != none)
                ensure(items_[item.right].left == here.structs[i], "right links");
            if (item.has_origin()) {
                ensure(item.origin_clock < clients_[item.origin_client].state, "origins are known");
            }
            if (item.kind() == Kind::type) {
                ensure(types_[item.content].item == here.structs[i], "a type knows its item");
            }
        }
        ensure(clock == here.state, "the state is the end of the last struct");
        ensure(text_end <= here.text.size(), "text lies in its buffer");
        ensure(live_units == here.live_units, "live text is counted");
        ensure(!here.is_advanced, "no transaction is open");
        structs += here.structs.size();
    }
    ensure(structs == structs_, "structs are counted");
    ensure(text_units == text_units_, "visible text is counted");

    std::size_t listed = 0;
    const auto check_chain = [&](std::uint32_t first, std::uint32_t last, std::uint32_t type) {
        std::uint32_t previous = none;
        for (std::uint32_t index = first; index != none; index = items_[index].right) {
            ensure(items_[index].left == previous, "a list is linked both ways");
            ensure(type_of(items_[index]) == type, "an item knows its type");
            previous = index;
            ++listed;
        }
        if (last != none || first == none) ensure(previous == last, "a slot knows its last item");
    };
    std::unordered_set<std::uint32_t> free;
    for (std::uint32_t type = free_types_; type != none; type = types_[type].first) {
        free.insert(type);
    }
    for (std::uint32_t type = 0; type < types_.size(); ++type) {
        if (free.contains(type)) continue;
        const TypeEntry& entry = types_[type];
        std::uint32_t length = 0;
        for (std::uint32_t index = entry.first; index != none; index = items_[index].right) {
            if (items_[index].is_visible()) length += items_[index].length;
        }
        ensure(length == entry.length, "a list's length is its visible units");
        std::uint32_t end = entry.first;
        while (end != none && items_[end].right != none)
            end = items_[end].right;
        check_chain(entry.first, end, type);
        if (entry.tree.node != none) tree_.check(type);
        for (std::uint32_t slot = entry.slots; slot != none; slot = slots_[slot].next) {
            ensure(slots_[slot].type == type, "a slot knows its type");
            check_chain(slots_[slot].first, slots_[slot].last, type);
            for (std::uint32_t index = slots_[slot].first; index != none;
                 index = items_[index].right) {
                if (items_[index].right != none) {
                    ensure(items_[index].deleted != 0, "only the last of a key may live");
                }
            }
        }
    }
    ensure(listed == live_items, "every item stands in exactly one list");
}

}  // namespace codencollab::crdt
