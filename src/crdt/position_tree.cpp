#include "crdt/position_tree.h"

#include "crdt/check.h"
#include "crdt/store.h"

#include <algorithm>
#include <cassert>

namespace codencollab::crdt {

namespace {

void add_to(Size& to, Size difference) {
    to.units += difference.units;
    to.lines += difference.lines;
}

}  // namespace

std::uint32_t PositionTree::new_leaf(std::uint32_t type) {
    std::uint32_t leaf = free_leaf_;
    if (leaf == none) {
        leaf = static_cast<std::uint32_t>(leaves_.size());
        leaves_.emplace_back();
    } else {
        free_leaf_ = leaves_[leaf].parent;
    }
    leaves_[leaf].parent = none;
    leaves_[leaf].type = type;
    leaves_[leaf].count = 0;
    leaves_[leaf].size = {};
    return leaf;
}

std::uint32_t PositionTree::new_inner(std::uint32_t type, bool of_leaves) {
    std::uint32_t inner = free_inner_;
    if (inner == none) {
        inner = static_cast<std::uint32_t>(inners_.size());
        inners_.emplace_back();
    } else {
        free_inner_ = inners_[inner].parent;
    }
    inners_[inner].parent = none;
    inners_[inner].type = type;
    inners_[inner].count = 0;
    inners_[inner].of_leaves = of_leaves;
    return inner;
}

void PositionTree::set_parent(bool is_leaf, std::uint32_t node, std::uint32_t parent) {
    (is_leaf ? leaves_[node].parent : inners_[node].parent) = parent;
}

std::uint32_t PositionTree::slot_of(const Inner& inner, std::uint32_t child) const {
    std::uint32_t slot = 0;
    while (inner.children[slot] != child)
        ++slot;
    return slot;
}

void PositionTree::place(std::uint32_t leaf, std::uint32_t from) {
    const Leaf& here = leaves_[leaf];
    for (std::uint32_t i = from; i < here.count; ++i) {
        store_.items_[here.items[i]].place = Place::leaf(leaf);
    }
}

Size PositionTree::sum(const Leaf& leaf, std::uint32_t from, std::uint32_t to) const {
    Size size;
    for (std::uint32_t i = from; i < to; ++i) {
        add_to(size, store_.size_of(store_.items_[leaf.items[i]]));
    }
    return size;
}

void PositionTree::build(std::uint32_t type) {
    TreeRoot& root = store_.types_[type].tree;
    std::uint32_t leaf = new_leaf(type);
    root = {leaf, true};
    // Filled to three quarters: the first edits in the middle find room.
    constexpr std::uint32_t filled = fan_out * 3 / 4;
    for (std::uint32_t item = store_.types_[type].first; item != none;
         item = store_.items_[item].right) {
        if (leaves_[leaf].count == filled) {
            const std::uint32_t next = new_leaf(type);
            insert_child(type, true, leaf, leaves_[leaf].size, next, {});
            leaf = next;
        }
        leaves_[leaf].items[leaves_[leaf].count++] = item;
        store_.items_[item].place = Place::leaf(leaf);
        add(leaf, store_.size_of(store_.items_[item]));
    }
}

void PositionTree::drop(std::uint32_t type) {
    TreeRoot& root = store_.types_[type].tree;
    if (root.node == none) return;
    std::vector<TreeRoot> open{root};
    while (!open.empty()) {
        const TreeRoot node = open.back();
        open.pop_back();
        if (node.is_leaf) {
            leaves_[node.node].parent = free_leaf_;
            leaves_[node.node].type = none;
            free_leaf_ = node.node;
            continue;
        }
        Inner& inner = inners_[node.node];
        for (std::uint32_t i = 0; i < inner.count; ++i) {
            open.push_back({inner.children[i], inner.of_leaves});
        }
        inner.parent = free_inner_;
        inner.type = none;
        free_inner_ = node.node;
    }
    root = {};
}

// `child` comes after `left` under the same parent. The sums above stay as they are: what `child`
// has was part of `left` before, and `left_size` is what is left of it.
void PositionTree::insert_child(
    std::uint32_t type,
    bool is_leaf,
    std::uint32_t left,
    Size left_size,
    std::uint32_t child,
    Size child_size) {
    for (;;) {
        std::uint32_t parent = is_leaf ? leaves_[left].parent : inners_[left].parent;
        if (parent == none) {
            parent = new_inner(type, is_leaf);
            Inner& root = inners_[parent];
            root.count = 2;
            root.children[0] = left;
            root.sizes[0] = left_size;
            root.children[1] = child;
            root.sizes[1] = child_size;
            set_parent(is_leaf, left, parent);
            set_parent(is_leaf, child, parent);
            store_.types_[type].tree = {parent, false};
            return;
        }
        const std::uint32_t slot = slot_of(inners_[parent], left);
        inners_[parent].sizes[slot] = left_size;
        if (inners_[parent].count < fan_out) {
            put_child(parent, slot + 1, child, child_size);
            return;
        }
        // Full: at its end a new neighbour takes the child alone, else half moves over.
        const std::uint32_t keep = slot + 1 == fan_out ? fan_out : fan_out / 2;
        const std::uint32_t sibling = split_inner(parent, keep);
        if (slot < keep && keep < fan_out) {
            put_child(parent, slot + 1, child, child_size);
        } else {
            put_child(sibling, slot + 1 - keep, child, child_size);
        }
        left = parent;
        left_size = sum(inners_[parent]);
        child = sibling;
        child_size = sum(inners_[sibling]);
        is_leaf = false;
    }
}

// Makes `child` the one at `slot`, where there is room.
void PositionTree::put_child(
    std::uint32_t parent, std::uint32_t slot, std::uint32_t child, Size child_size) {
    Inner& inner = inners_[parent];
    for (std::uint32_t i = inner.count; i > slot; --i) {
        inner.children[i] = inner.children[i - 1];
        inner.sizes[i] = inner.sizes[i - 1];
    }
    inner.children[slot] = child;
    inner.sizes[slot] = child_size;
    ++inner.count;
    set_parent(inner.of_leaves, child, parent);
}

// Moves all children but the first `keep` to a new node.
std::uint32_t PositionTree::split_inner(std::uint32_t node, std::uint32_t keep) {
    const std::uint32_t sibling = new_inner(inners_[node].type, inners_[node].of_leaves);
    Inner& from = inners_[node];
    Inner& to = inners_[sibling];
    for (std::uint32_t i = keep; i < from.count; ++i) {
        to.children[to.count] = from.children[i];
        to.sizes[to.count++] = from.sizes[i];
        set_parent(from.of_leaves, from.children[i], sibling);
    }
    from.count = keep;
    return sibling;
}

Size PositionTree::sum(const Inner& inner) {
    Size size;
    for (std::uint32_t i = 0; i < inner.count; ++i)
        add_to(size, inner.sizes[i]);
    return size;
}

std::uint32_t PositionTree::first_leaf(std::uint32_t type) const {
    TreeRoot node = store_.types_[type].tree;
    while (!node.is_leaf) {
        const Inner& inner = inners_[node.node];
        node = {inner.children[0], inner.of_leaves};
    }
    return node.node;
}

void PositionTree::insert(std::uint32_t type, std::uint32_t item, std::uint32_t left) {
    std::uint32_t leaf = 0;
    std::uint32_t at = 0;
    if (left == none) {
        leaf = first_leaf(type);
    } else {
        leaf = store_.items_[left].place.index();
        while (leaves_[leaf].items[at] != left)
            ++at;
        ++at;
    }
    if (leaves_[leaf].count == fan_out) {
        // Typing forward leaves full leaves behind; elsewhere a full leaf is halved.
        const std::uint32_t next = new_leaf(type);
        Leaf& from = leaves_[leaf];
        Leaf& to = leaves_[next];
        const std::uint32_t keep = at == fan_out ? fan_out : fan_out / 2;
        to.count = fan_out - keep;
        std::copy(from.items + keep, from.items + fan_out, to.items);
        from.count = keep;
        to.size = sum(to, 0, to.count);
        add_to(from.size, -to.size);
        place(next, 0);
        insert_child(type, true, leaf, from.size, next, to.size);
        if (at > keep || (at == keep && keep == fan_out)) {
            leaf = next;
            at -= keep;
        }
    }
    Leaf& here = leaves_[leaf];
    std::copy_backward(here.items + at, here.items + here.count, here.items + here.count + 1);
    here.items[at] = item;
    ++here.count;
    store_.items_[item].place = Place::leaf(leaf);
    if (const Size size = store_.size_of(store_.items_[item]); size != Size{}) add(leaf, size);
}

void PositionTree::add(std::uint32_t leaf, Size difference) {
    add_to(leaves_[leaf].size, difference);
    std::uint32_t child = leaf;
    for (std::uint32_t parent = leaves_[leaf].parent; parent != none;
         child = parent, parent = inners_[parent].parent) {
        Inner& inner = inners_[parent];
        add_to(inner.sizes[slot_of(inner, child)], difference);
    }
}

void PositionTree::remove(std::uint32_t item) {
    const std::uint32_t leaf = store_.items_[item].place.index();
    Leaf& here = leaves_[leaf];
    std::uint32_t at = 0;
    while (here.items[at] != item)
        ++at;
    std::copy(here.items + at + 1, here.items + here.count, here.items + at);
    if (--here.count == 0 && here.parent != none) unlink(true, leaf);
}

void PositionTree::unlink(bool is_leaf, std::uint32_t node) {
    for (;;) {
        const std::uint32_t parent = is_leaf ? leaves_[node].parent : inners_[node].parent;
        Inner& inner = inners_[parent];
        const std::uint32_t at = slot_of(inner, node);
        std::copy(inner.children + at + 1, inner.children + inner.count, inner.children + at);
        std::copy(inner.sizes + at + 1, inner.sizes + inner.count, inner.sizes + at);
        --inner.count;
        if (is_leaf) {
            leaves_[node].parent = free_leaf_;
            leaves_[node].type = none;
            free_leaf_ = node;
        } else {
            inners_[node].parent = free_inner_;
            inners_[node].type = none;
            free_inner_ = node;
        }
        if (inner.count > 1) return;
        if (inner.parent == none) {
            // A root with one child: the child takes its place, and perhaps its child that one's.
            std::uint32_t root = parent;
            while (inners_[root].count == 1) {
                const std::uint32_t child = inners_[root].children[0];
                const bool of_leaves = inners_[root].of_leaves;
                const std::uint32_t type = inners_[root].type;
                inners_[root].parent = free_inner_;
                inners_[root].type = none;
                free_inner_ = root;
                set_parent(of_leaves, child, none);
                store_.types_[type].tree = {child, of_leaves};
                if (of_leaves) return;
                root = child;
            }
            return;
        }
        if (inner.count == 1) return;
        node = parent;
        is_leaf = false;
    }
}

Size PositionTree::before(std::uint32_t item) const {
    const std::uint32_t leaf = store_.items_[item].place.index();
    const Leaf& here = leaves_[leaf];
    Size size;
    for (std::uint32_t i = 0; here.items[i] != item; ++i) {
        add_to(size, store_.size_of(store_.items_[here.items[i]]));
    }
    std::uint32_t child = leaf;
    for (std::uint32_t parent = here.parent; parent != none;
         child = parent, parent = inners_[parent].parent) {
        const Inner& inner = inners_[parent];
        for (std::uint32_t i = 0; inner.children[i] != child; ++i)
            add_to(size, inner.sizes[i]);
    }
    return size;
}

Size PositionTree::total(std::uint32_t type) const {
    const TreeRoot root = store_.types_[type].tree;
    if (root.is_leaf) return leaves_[root.node].size;
    return sum(inners_[root.node]);
}

template <class Measure>
PositionTree::Found PositionTree::descend(
    std::uint32_t type, std::uint32_t wanted, Measure measure) const {
    Found found;
    TreeRoot node = store_.types_[type].tree;
    while (!node.is_leaf) {
        const Inner& inner = inners_[node.node];
        std::uint32_t i = 0;
        while (i < inner.count && wanted - measure(found.before) >= measure(inner.sizes[i])) {
            add_to(found.before, inner.sizes[i++]);
        }
        if (i == inner.count) return {};
        node = {inner.children[i], inner.of_leaves};
    }
    const Leaf& leaf = leaves_[node.node];
    for (std::uint32_t i = 0; i < leaf.count; ++i) {
        const Size size = store_.size_of(store_.items_[leaf.items[i]]);
        if (wanted - measure(found.before) < measure(size)) {
            found.item = leaf.items[i];
            return found;
        }
        add_to(found.before, size);
    }
    return {};
}

PositionTree::Found PositionTree::find_unit(std::uint32_t type, std::uint32_t offset) const {
    return descend(type, offset, [](Size size) { return size.units; });
}

PositionTree::Found PositionTree::find_line(std::uint32_t type, std::uint32_t line) const {
    return descend(type, line, [](Size size) { return size.lines; });
}

void PositionTree::shrink() {
    leaves_.shrink_to_fit();
    inners_.shrink_to_fit();
}

std::size_t PositionTree::memory() const {
    return leaves_.capacity() * sizeof(Leaf) + inners_.capacity() * sizeof(Inner);
}

Size PositionTree::check_node(bool is_leaf, std::uint32_t node, std::uint32_t& item) const {
    Size size;
    if (is_leaf) {
        const Leaf& leaf = leaves_[node];
        for (std::uint32_t i = 0; i < leaf.count; ++i) {
            ensure(leaf.items[i] == item, "a leaf lists its items in the order of the list");
            ensure(store_.items_[item].place == Place::leaf(node), "an item knows its leaf");
            item = store_.items_[item].right;
        }
        size = sum(leaf, 0, leaf.count);
        ensure(size == leaf.size, "a leaf's size is the sum of its items'");
        return size;
    }
    const Inner& inner = inners_[node];
    ensure(inner.count > 0, "no inner node is empty");
    for (std::uint32_t i = 0; i < inner.count; ++i) {
        const std::uint32_t child = inner.children[i];
        const std::uint32_t parent =
            inner.of_leaves ? leaves_[child].parent : inners_[child].parent;
        ensure(parent == node, "a child knows its parent");
        const Size child_size = check_node(inner.of_leaves, child, item);
        ensure(child_size == inner.sizes[i], "a node's sizes are its children's");
        add_to(size, child_size);
    }
    return size;
}

void PositionTree::check(std::uint32_t type) const {
    const TypeEntry& entry = store_.types_[type];
    std::uint32_t item = entry.first;
    const Size size = check_node(entry.tree.is_leaf, entry.tree.node, item);
    ensure(item == none, "the tree holds the whole list");
    ensure(size.units == entry.length, "the tree's size is the list's length");
}

}  // namespace codencollab::crdt
