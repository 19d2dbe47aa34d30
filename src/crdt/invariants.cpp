// What always holds between two calls.
#include "crdt/any.h"
#include "crdt/check.h"
#include "crdt/store.h"

#include <cstdint>
#include <unordered_set>
#include <vector>

namespace codencollab::crdt {

/// One look at a whole document: client by client, then list by list.
class Store::Checker {
  public:
    explicit Checker(const Store& store) : store_(store) {}

    void check() {
        for (std::uint32_t client = 0; client < store_.clients_.size(); ++client)
            check_client(client);
        ensure(structs_ == store_.structs_, "structs are counted");
        ensure(text_units_ == store_.text_units_, "visible text is counted");

        std::unordered_set<std::uint32_t> free;
        for (std::uint32_t type = store_.free_types_; type != none;
             type = store_.types_[type].first) {
            free.insert(type);
        }
        for (std::uint32_t type = 0; type < store_.types_.size(); ++type) {
            if (!free.contains(type)) check_type(type);
        }
        ensure(listed_ == live_items_, "every item stands in exactly one list");
    }

  private:
    void check_client(std::uint32_t client) {
        const Client& here = store_.clients_[client];
        Clock clock = 0;
        std::uint32_t previous = none;
        text_end_ = 0;
        live_units_ = 0;
        for (const std::uint32_t index : here.structs) {
            const Item& item = store_.items_[index];
            ensure(item.client == client, "a client's structs are its own");
            ensure(item.clock == clock && item.length > 0, "structs are without gaps");
            ensure(item.kind() != Kind::skip, "no Skip in a document");
            if (previous != none) {
                ensure(!store_.can_merge(previous, index), "neighbours are merged");
            }
            if (item.is_gc()) {
                ensure(item.deleted != 0, "a GC is deleted");
            } else {
                ++live_items_;
                check_content(index);
                check_links(index);
            }
            clock = item.end();
            previous = index;
        }
        ensure(clock == here.state, "the state is the end of the last struct");
        ensure(text_end_ <= here.text.size(), "text lies in its buffer");
        ensure(live_units_ == here.live_units, "live text is counted");
        ensure(!here.is_advanced, "no transaction is open");
        structs_ += here.structs.size();
    }

    void check_content(std::uint32_t index) {
        const Item& item = store_.items_[index];
        if (item.deleted != 0 && store_.options_.gc) {
            ensure(item.kind() == Kind::deleted, "deleted content is forgotten");
        }
        if (item.kind() == Kind::deleted) ensure(item.deleted != 0, "it is marked too");
        if (item.kind() == Kind::string) {
            ensure(item.content >= text_end_, "text lies in the order of clocks");
            text_end_ = item.content + item.length;
            live_units_ += item.length;
            if (item.deleted == 0) text_units_ += item.length;
        }
        if (item.kind() == Kind::any || item.kind() == Kind::json) {
            const std::string_view values = store_.payloads_.bytes(item.content);
            ensure(skip_values(values, item.length) == values.size(), "as many values as units");
        }
        if (item.kind() == Kind::type) {
            ensure(store_.types_[item.content].item == index, "a type knows its item");
        }
    }

    void check_links(std::uint32_t index) const {
        const Item& item = store_.items_[index];
        if (item.left != none) ensure(store_.items_[item.left].right == index, "left links");
        if (item.right != none) ensure(store_.items_[item.right].left == index, "right links");
        if (item.has_origin()) {
            ensure(
                item.origin_clock < store_.clients_[item.origin_client].state, "origins are known");
        }
    }

    void check_type(std::uint32_t type) {
        const TypeEntry& entry = store_.types_[type];
        std::uint32_t length = 0;
        check_chain(entry.first, type, [&](const Item& item) {
            if (item.is_visible()) length += item.length;
        });
        ensure(length == entry.length, "a list's length is its visible units");
        if (entry.tree.node != none) store_.tree_.check(type);

        for (std::uint32_t slot = entry.slots; slot != none; slot = store_.slots_[slot].next) {
            const Slot& here = store_.slots_[slot];
            ensure(here.type == type, "a slot knows its type");
            const std::uint32_t last = check_chain(here.first, type, [&](const Item& item) {
                ensure(
                    item.right == none || item.deleted != 0 || is_continued(item),
                    "only the last of a key may live");
            });
            ensure(last == here.last, "a slot knows its last item");
        }
    }

    /// Whether it is what a split left of an item. Nobody who sets a key writes several units, but
    /// where somebody has, the parts before the last stay, as in Yjs.
    bool is_continued(const Item& item) const {
        const Client& author = store_.clients_[item.client];
        if (item.end() >= author.state) return false;
        const Item& next = store_.items_[author.structs[store_.find(item.client, item.end())]];
        return !next.is_gc() && next.place == item.place && next.origin_client == item.client &&
               next.origin_clock + 1 == item.end();
    }

    /// Calls `look` with each item of a list or key; the last of them.
    template <class Look>
    std::uint32_t check_chain(std::uint32_t first, std::uint32_t type, Look look) {
        std::uint32_t previous = none;
        for (std::uint32_t index = first; index != none; index = store_.items_[index].right) {
            const Item& item = store_.items_[index];
            ensure(item.left == previous, "a list is linked both ways");
            ensure(store_.type_of(item) == type, "an item knows its type");
            look(item);
            previous = index;
            ++listed_;
        }
        return previous;
    }

    const Store& store_;
    std::size_t structs_ = 0;
    std::size_t text_units_ = 0;  // visible
    std::size_t live_items_ = 0;
    std::size_t listed_ = 0;

    // Of the client that is looked at.
    std::uint32_t text_end_ = 0;
    std::uint32_t live_units_ = 0;
};

void Store::check_invariants() const {
    Checker(*this).check();
}

bool Store::has_crossed_origins() const {
    struct Standing {
        std::uint32_t first = none;  // of its list
        std::uint32_t at = 0;        // in it
    };
    std::vector<Standing> standings(items_.size());
    const auto for_each_item = [&](const auto& look) {
        for (const Client& client : clients_) {
            for (const std::uint32_t index : client.structs) {
                if (!items_[index].is_gc()) look(index);
            }
        }
    };
    for_each_item([&](std::uint32_t first) {
        if (items_[first].left != none) return;
        std::uint32_t at = 0;
        for (std::uint32_t index = first; index != none; index = items_[index].right)
            standings[index] = {first, at++};
    });
    // Of what is forgotten nobody knows where it stood.
    enum class Side : std::uint8_t { left, right };
    const auto stands = [&](std::uint32_t client, Clock clock, Side side, std::uint32_t index) {
        const std::uint32_t other = clients_[client].structs[find(client, clock)];
        if (items_[other].is_gc()) return true;
        const Standing here = standings[index];
        const Standing there = standings[other];
        return here.first == there.first &&
               (side == Side::left ? there.at < here.at : there.at > here.at);
    };
    bool is_crossed = false;
    for_each_item([&](std::uint32_t index) {
        const Item& item = items_[index];
        is_crossed |=
            item.has_origin() && !stands(item.origin_client, item.origin_clock, Side::left, index);
        is_crossed |= item.has_right_origin() &&
                      !stands(item.right_client, item.right_clock, Side::right, index);
    });
    return is_crossed;
}

}  // namespace codencollab::crdt
