// Relative positions: made at an index, and found again.
#include "crdt/store.h"

namespace codencollab::crdt {

std::optional<RelativePosition> Document::relative_position(
    const SharedType& type, std::size_t index, std::int64_t assoc) {
    Store& store = *store_;
    if (index > type.length()) return {};
    const TypeEntry& entry = store.types_[type.type_];
    RelativePosition position{.anchor = Id{}, .assoc = assoc};
    if (entry.item == none) {
        position.anchor = RelativePosition::RootName{std::string(store.names_.get(entry.name))};
    } else {
        position.anchor = RelativePosition::TypeItem{store.id_of(store.items_[entry.item])};
    }
    if (assoc < 0) {
        if (index == 0) return position;
        --index;
    }
    if (index < type.length()) {
        store.need_tree(type.type_);
        const auto [item, before] =
            store.tree_.find_unit(type.type_, static_cast<std::uint32_t>(index));
        Id id = store.id_of(store.items_[item]);
        id.clock += static_cast<std::uint32_t>(index) - before.units;
        position.anchor = id;
    }
    return position;
}

std::optional<std::size_t> Document::resolve(const RelativePosition& position) {
    Store& store = *store_;
    const auto find = [&](Id id) -> const Item* {
        if (id.clock >= store.state(id.client)) return nullptr;
        const std::uint32_t client = store.client_index(id.client);
        return &store.items_[store.clients_[client]
                                 .structs[store.find(client, id.clock, Store::Look::right)]];
    };
    const auto edge = [&](std::uint32_t type) -> std::size_t {
        return position.assoc >= 0 ? store.types_[type].length : 0;
    };
    if (const auto* root = std::get_if<RelativePosition::RootName>(&position.anchor)) {
        const std::uint32_t type = store.find_root(root->name);
        return type == none ? 0 : edge(type);
    }
    if (const auto* type = std::get_if<RelativePosition::TypeItem>(&position.anchor)) {
        const Item* item = find(type->id);
        if (item == nullptr || item->kind() != Kind::type) return {};
        return edge(item->content);
    }
    const Id id = std::get<Id>(position.anchor);
    const Item* item = find(id);
    if (item == nullptr || item->is_gc()) return {};
    const std::uint32_t type = store.type_of(*item);
    const std::uint32_t holder = store.types_[type].item;
    if (holder != none && store.items_[holder].deleted != 0) return 0;
    std::size_t index = 0;
    if (item->is_visible()) index = id.clock - item->clock + (position.assoc >= 0 ? 0 : 1);
    if (item->is_keyed()) return index;  // what stood there before is deleted
    store.need_tree(type);
    const auto at = static_cast<std::uint32_t>(item - store.items_.data());
    return index + store.tree_.before(at).units;
}

}  // namespace codencollab::crdt
