#pragma once

#include "crdt/update_records.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace codencollab::crdt {

class Store;

/// Visible units and newlines: what the tree sums up. Differences wrap, which adds up right.
struct Size {
    std::uint32_t units = 0;
    std::uint32_t lines = 0;

    Size operator-() const { return {0U - units, 0U - lines}; }
    friend bool operator==(Size, Size) = default;
};

/// The root of one list's tree.
struct TreeRoot {
    std::uint32_t node = none;  // a leaf or an inner node; none: the list has no tree
    bool is_leaf = true;
};

/// Answers "which item is at offset n" and "at which offset is this item" for lists, in logarithmic
/// time: a B+tree a list, its leaves holding the list's items (deleted ones too) in order, its
/// inner nodes the sums of their children. All trees of a document share these arrays.
///
/// A list has no tree until somebody asks by index; a room that only relays never builds one.
class PositionTree {
  public:
    explicit PositionTree(Store& store) : store_(store) {}

    /// Builds the tree of a type's list, in O(n).
    void build(std::uint32_t type);
    /// Forgets the tree of a type's list. Its items' places are left to the caller.
    void drop(std::uint32_t type);

    /// Enters an item into the list of `type` after `left` (none: at the start); its size counts.
    void insert(std::uint32_t type, std::uint32_t item, std::uint32_t left);
    /// Takes an item out; its size must have been taken out before (see add).
    void remove(std::uint32_t item);
    /// Adds a difference to all sums above a leaf.
    void add(std::uint32_t leaf, Size difference);

    std::uint32_t type_of(std::uint32_t leaf) const { return leaves_[leaf].type; }

    /// The size of everything before the item.
    Size before(std::uint32_t item) const;
    Size total(std::uint32_t type) const;

    struct Found {
        std::uint32_t item = none;
        Size before;  // of everything before that item
    };
    /// The item that holds visible unit `offset`; none past the end.
    Found find_unit(std::uint32_t type, std::uint32_t offset) const;
    /// The item that holds newline number `line` (from 0); none if there are fewer.
    Found find_line(std::uint32_t type, std::uint32_t line) const;

    void shrink();
    std::size_t memory() const;
    void check(std::uint32_t type) const;

  private:
    static constexpr std::uint32_t fan_out = 32;

    struct Leaf {
        std::uint32_t parent = none;  // inner node, or none at the root
        std::uint32_t type = none;
        std::uint32_t count = 0;
        Size size;
        std::uint32_t items[fan_out];
    };
    struct Inner {
        std::uint32_t parent = none;
        std::uint32_t type = none;
        std::uint32_t count = 0;
        bool of_leaves = true;
        std::uint32_t children[fan_out];
        Size sizes[fan_out];
    };

    std::uint32_t new_leaf(std::uint32_t type);
    std::uint32_t new_inner(std::uint32_t type, bool of_leaves);
    void set_parent(bool is_leaf, std::uint32_t node, std::uint32_t parent);
    std::uint32_t slot_of(const Inner& inner, std::uint32_t child) const;
    void insert_child(
        std::uint32_t type,
        bool is_leaf,
        std::uint32_t left,
        Size left_size,
        std::uint32_t child,
        Size child_size);
    void put_child(std::uint32_t parent, std::uint32_t slot, std::uint32_t child, Size child_size);
    std::uint32_t split_inner(std::uint32_t node, std::uint32_t keep);
    static Size sum(const Inner& inner);
    void unlink(bool is_leaf, std::uint32_t node);
    void place(std::uint32_t leaf, std::uint32_t from);
    Size sum(const Leaf& leaf, std::uint32_t from, std::uint32_t to) const;
    std::uint32_t first_leaf(std::uint32_t type) const;
    template <class Measure>
    Found descend(std::uint32_t type, std::uint32_t wanted, Measure measure) const;
    Size check_node(bool is_leaf, std::uint32_t node, std::uint32_t& item) const;

    Store& store_;
    std::vector<Leaf> leaves_;
    std::vector<Inner> inners_;
    std::uint32_t free_leaf_ = none;  // chained by parent, as are inner nodes
    std::uint32_t free_inner_ = none;
};

}  // namespace codencollab::crdt
