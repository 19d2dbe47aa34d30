#include "crdt/store.h"

#include "crdt/any.h"

#include <algorithm>
#include <cassert>

namespace codencollab::crdt {

namespace {

/// Up to so many clients are looked up by walking the list: that is quicker than hashing.
constexpr std::size_t few_clients = 8;

}  // namespace

std::uint32_t Store::client_index(ClientNumber number) const {
    if (last_client_ < clients_.size() && clients_[last_client_].number == number) {
        return last_client_;
    }
    if (clients_.size() <= few_clients) {
        for (std::uint32_t i = 0; i < clients_.size(); ++i) {
            if (clients_[i].number == number) return last_client_ = i;
        }
        return no_client;
    }
    const auto found = by_number_.find(number);
    return found == by_number_.end() ? no_client : last_client_ = found->second;
}

std::uint32_t Store::enter_client(ClientNumber number) {
    if (const std::uint32_t known = client_index(number); known != no_client) return known;
    const auto index = static_cast<std::uint32_t>(clients_.size());
    clients_.emplace_back().number = number;
    if (lines_) clients_.back().text.index_lines();
    if (clients_.size() == few_clients + 1) {
        for (std::uint32_t i = 0; i < index; ++i)
            by_number_.emplace(clients_[i].number, i);
    }
    if (clients_.size() > few_clients) by_number_.emplace(number, index);
    return last_client_ = index;
}

Clock Store::state(ClientNumber number) const {
    const std::uint32_t client = client_index(number);
    return client == no_client ? 0 : clients_[client].state;
}

const std::vector<std::uint32_t>& Store::clients_descending() const {
    if (descending_.size() != clients_.size()) {
        descending_.resize(clients_.size());
        for (std::uint32_t i = 0; i < clients_.size(); ++i)
            descending_[i] = i;
        std::ranges::sort(descending_, std::ranges::greater{}, [this](std::uint32_t client) {
            return clients_[client].number;
        });
    }
    return descending_;
}

std::uint32_t Store::find(std::uint32_t client, Clock clock) const {
    const std::vector<std::uint32_t>& structs = clients_[client].structs;
    const auto last = static_cast<std::uint32_t>(structs.size()) - 1;
    if (items_[structs[last]].clock <= clock) return last;
    return find_between(client, clock, 0, last);
}

// The struct at `low` begins at `clock` or before, the one at `high` after it.
std::uint32_t Store::find_between(
    std::uint32_t client, Clock clock, std::uint32_t low, std::uint32_t high) const {
    const std::vector<std::uint32_t>& structs = clients_[client].structs;
    while (high - low > 1) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (items_[structs[middle]].clock <= clock) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

// The left origin moves along with the typing while the right origin stays, so each kind of look-up
// has a hint of its own. Nearly all are answered by it or its successor; what is not lies near it
// more often than not, so the search goes out from there in steps that double.
std::uint32_t Store::find(std::uint32_t client, Clock clock, Look look) {
    Client& here = clients_[client];
    std::uint32_t& hint = here.hints[static_cast<std::size_t>(look)];
    const auto count = static_cast<std::uint32_t>(here.structs.size());
    const auto begins_after = [&](std::uint32_t position) {
        return items_[here.structs[position]].clock > clock;
    };
    std::uint32_t low = std::min(hint, count - 1);
    std::uint32_t high = count;
    if (!begins_after(low)) {
        for (std::uint32_t step = 1; low + step < count; step *= 2) {
            if (begins_after(low + step)) {
                high = low + step;
                break;
            }
            low += step;
        }
    } else {
        high = low;
        for (std::uint32_t step = 1;; step *= 2) {
            low = high > step ? high - step : 0;
            if (!begins_after(low)) break;
            high = low;
        }
    }
    return hint = find_between(client, clock, low, high);
}

std::uint32_t Store::type_of(const Item& item) const {
    switch (item.place.in()) {
        case Place::In::type:
            return item.place.index();
        case Place::In::leaf:
            return tree_.type_of(item.place.index());
        case Place::In::slot:
            return slots_[item.place.index()].type;
    }
    return none;
}

Size Store::size_of(const Item& item) const {
    if (!item.is_visible()) return {};
    Size size{.units = item.length};
    if (lines_ && item.kind() == Kind::string) {
        size.lines = clients_[item.client].text.newlines(item.content, item.length);
    }
    return size;
}

std::uint32_t Store::find_root(std::string_view name) const {
    const std::uint32_t key = names_.find(name);
    if (key == none) return none;
    const auto found = roots_.find(key);
    return found == roots_.end() ? none : found->second;
}

std::uint32_t Store::root_type(std::string_view name) {
    if (const std::uint32_t known = find_root(name); known != none) return known;
    const std::uint32_t type = new_type();
    types_[type].name = names_.intern(name);
    roots_.emplace(types_[type].name, type);
    return type;
}

std::uint32_t Store::slot(std::uint32_t type, std::uint32_t key, bool make) {
    const std::uint64_t at = std::uint64_t{type} << 32U | key;
    if (const auto found = slot_by_key_.find(at); found != slot_by_key_.end()) {
        return found->second;
    }
    if (!make) return none;
    std::uint32_t slot = free_slots_;
    if (slot == none) {
        slot = static_cast<std::uint32_t>(slots_.size());
        slots_.emplace_back();
    } else {
        free_slots_ = slots_[slot].next;
    }
    slots_[slot] = {.type = type, .key = key, .next = types_[type].slots};
    types_[type].slots = slot;
    slot_by_key_.emplace(at, slot);
    return slot;
}

std::uint32_t Store::new_type() {
    if (free_types_ == none) {
        types_.emplace_back();
        return static_cast<std::uint32_t>(types_.size() - 1);
    }
    const std::uint32_t type = free_types_;
    free_types_ = types_[type].first;
    types_[type] = {};
    return type;
}

void Store::free_type(std::uint32_t type) {
    tree_.drop(type);
    for (std::uint32_t slot = types_[type].slots; slot != none;) {
        const std::uint32_t next = slots_[slot].next;
        slot_by_key_.erase(std::uint64_t{type} << 32U | slots_[slot].key);
        slots_[slot] = {.next = free_slots_};
        free_slots_ = slot;
        slot = next;
    }
    types_[type] = {};
    types_[type].first = free_types_;
    free_types_ = type;
    if (watched_ == type) watched_ = none;
}

void Store::need_tree(std::uint32_t type) {
    if (types_[type].tree.node == none) tree_.build(type);
}

void Store::need_lines(std::uint32_t type) {
    if (!lines_) {
        lines_ = true;
        for (Client& client : clients_)
            client.text.index_lines();
        for (std::uint32_t i = 0; i < types_.size(); ++i) {
            if (types_[i].tree.node == none) continue;
            tree_.drop(i);
            tree_.build(i);
        }
    }
    need_tree(type);
}

std::uint32_t Store::new_item() {
    if (free_items_ == none) {
        items_.push_back(
            {.clock = 0,
             .length = 0,
             .deleted = 0,
             .left = none,
             .right = none,
             .origin_clock = 0,
             .right_clock = 0,
             .content = none,
             .place = Place::type(0),
             .client = no_client,
             .origin_client = no_client,
             .right_client = no_client,
             .kind_bits = 0});
        return static_cast<std::uint32_t>(items_.size() - 1);
    }
    const std::uint32_t item = free_items_;
    free_items_ = items_[item].right;
    return item;
}

void Store::free_item(std::uint32_t item) {
    items_[item].set_client(no_client);
    items_[item].right = free_items_;
    free_items_ = item;
}

void Store::append_struct(std::uint32_t client, std::uint32_t item) {
    clients_[client].structs.push_back(item);
    ++structs_;
}

void Store::link(std::uint32_t item, std::uint32_t left) {
    Item& here = items_[item];
    std::uint32_t* first = nullptr;
    if (here.is_keyed()) {
        Slot& slot = slots_[here.place.index()];
        first = &slot.first;
        if (left == slot.last) slot.last = item;
    } else {
        first = &types_[type_of(here)].first;
    }
    std::uint32_t& before = left == none ? *first : items_[left].right;
    here.left = left;
    here.right = before;
    if (before != none) items_[before].left = item;
    before = item;
}

void Store::split(std::uint32_t client, std::uint32_t position, std::uint32_t length) {
    cursor_ = {};
    const std::uint32_t right = new_item();
    std::vector<std::uint32_t>& structs = clients_[client].structs;
    const std::uint32_t left = structs[position];
    Item& from = items_[left];
    Item& to = items_[right];
    to = from;
    to.clock += length;
    to.set_length(from.length - length);
    structs.insert(structs.begin() + position + 1, right);
    ++structs_;
    if (from.is_gc()) {
        from.set_length(length);
        return;
    }
    const Size whole = size_of(from);
    from.set_length(length);
    to.set_origin(client, to.clock - 1);
    bool cuts_pair = false;
    if (from.kind() == Kind::string) {
        to.content = from.content + length;
        cuts_pair = clients_[client].text.cut_pair(to.content);
    } else if (from.kind() == Kind::any || from.kind() == Kind::json) {
        to.content =
            payloads_.split(from.content, skip_values(payloads_.bytes(from.content), length));
    }

    to.left = left;
    if (to.right != none) items_[to.right].left = right;
    from.right = right;
    if (from.is_keyed()) {
        Slot& slot = slots_[from.place.index()];
        if (slot.last == left) slot.last = right;
    } else if (from.place.in() == Place::In::leaf) {
        const std::uint32_t leaf = from.place.index();
        const Size left_size = size_of(from);
        if (whole != left_size) {
            tree_.add(leaf, {left_size.units - whole.units, left_size.lines - whole.lines});
        }
        tree_.insert(tree_.type_of(leaf), right, left);
    }
    splits_.push_back({client, to.clock});
    if (cuts_pair && to.is_visible() && is_watched(to)) note_cut(right);
}

bool Store::can_merge(std::uint32_t left, std::uint32_t right) const {
    const Item& l = items_[left];
    const Item& r = items_[right];
    if (l.kind() != r.kind() || l.end() != r.clock || l.length > max_length - r.length) {
        return false;
    }
    switch (l.kind()) {
        case Kind::gc:
            return true;
        case Kind::string:
        case Kind::deleted:
        case Kind::any:
        case Kind::json:
            return r.origin_client == r.client && r.origin_clock == r.clock - 1 &&
                   l.right == right && l.deleted == r.deleted && l.right_client == r.right_client &&
                   (!l.has_right_origin() || l.right_clock == r.right_clock);
        default:
            return false;
    }
}

// `right` is left in the client's structs: the caller takes it out.
void Store::merge(std::uint32_t left, std::uint32_t right) {
    if (cursor_.item == right) cursor_ = {};
    Item& l = items_[left];
    Item& r = items_[right];
    if (!l.is_gc()) {
        if (l.kind() == Kind::any || l.kind() == Kind::json) payloads_.merge(l.content, r.content);
        assert(l.kind() != Kind::string || l.content + l.length == r.content);
        l.right = r.right;
        if (r.right != none) items_[r.right].left = left;
        if (r.is_keyed()) {
            Slot& slot = slots_[r.place.index()];
            if (slot.last == right) slot.last = left;
        } else if (r.place.in() == Place::In::leaf) {
            const std::uint32_t from = r.place.index();
            const std::uint32_t to = l.place.index();
            if (const Size size = size_of(r); from != to && size != Size{}) {
                tree_.add(from, -size);
                tree_.add(to, size);
            }
            tree_.remove(right);
        }
    }
    l.set_length(l.length + r.length);
    free_item(right);
}

void Store::merge_range(std::uint32_t client, std::uint32_t first, std::uint32_t last) {
    std::vector<std::uint32_t>& structs = clients_[client].structs;
    last = std::min(last, static_cast<std::uint32_t>(structs.size()) - 1);
    std::uint32_t kept = first;
    for (std::uint32_t i = first + 1; i <= last; ++i) {
        if (can_merge(structs[kept], structs[i])) {
            merge(structs[kept], structs[i]);
        } else {
            structs[++kept] = structs[i];
        }
    }
    if (kept >= last) return;
    structs_ -= last - kept;
    structs.erase(structs.begin() + kept + 1, structs.begin() + last + 1);
}

// Clearing, or assigning `{}`, keeps the memory.
template <class... Buffers>
static void give_back(Buffers&... buffers) {
    (Buffers().swap(buffers), ...);
}

void Store::shrink() {
    for (std::uint32_t i = 0; i < clients_.size(); ++i) {
        if (clients_[i].live_units < clients_[i].text.size()) compact_text(i);
        clients_[i].structs.shrink_to_fit();
        clients_[i].text.shrink();
    }
    items_.shrink_to_fit();
    clients_.shrink_to_fit();
    types_.shrink_to_fit();
    slots_.shrink_to_fit();
    payloads_.shrink();
    tree_.shrink();
    give_back(
        descending_,
        advanced_,
        deleted_,
        unsettled_,
        splits_,
        dead_types_,
        recorded_,
        changes_,
        change_text_,
        queues_,
        waits_,
        scanned_,
        document_client_,
        scan_visit_,
        stack_,
        entry_text_);
    // A string that is assigned an empty one keeps its memory; one that is swapped does not.
    EncoderV1 encoder;
    std::swap(encoder_, encoder);
    records_ = {};
}

MemoryUse Store::memory_use() const {
    std::size_t bytes = sizeof(*this) + items_.capacity() * sizeof(Item) +
                        clients_.capacity() * sizeof(Client) +
                        types_.capacity() * sizeof(TypeEntry) + slots_.capacity() * sizeof(Slot) +
                        payloads_.memory() + names_.memory() + tree_.memory() + pending_.bytes();
    for (const Client& client : clients_) {
        bytes += client.structs.capacity() * sizeof(client.structs[0]) + client.text.memory();
    }
    return {.bytes = bytes};
}

}  // namespace codencollab::crdt
