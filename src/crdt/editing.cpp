// Local edits by index and by key: what Yjs would make of the same call, to the byte.
#include "crdt/any.h"
#include "crdt/store.h"
#include "crdt/text_scan.h"

#include <algorithm>
#include <cassert>

namespace codencollab::crdt {

Store::Gap Store::gap_at(std::uint32_t type, std::size_t index) {
    if (index == 0) return {none, types_[type].first};
    const auto wanted = static_cast<std::uint32_t>(index);
    const PositionTree::Found found = find_unit(type, wanted - 1);
    const Item& item = items_[found.item];
    const std::uint32_t length = wanted - found.before.units;
    if (length < item.length) {
        split(item.client, find(item.client, item.clock, Look::right), length);
    }
    return {found.item, items_[found.item].right};
}

void Store::skip_tombstones(std::uint32_t type, Gap& gap) const {
    if (!types_[type].has_formats) {  // almost always: code
        while (gap.right != none && items_[gap.right].deleted != 0) {
            gap = {gap.right, items_[gap.right].right};
        }
        return;
    }
    // The attributes in effect left of the gap: the last format of each key.
    std::unordered_map<std::uint32_t, std::string_view> attributes;
    if (gap.left != none) {
        for (std::uint32_t index = types_[type].first;; index = items_[index].right) {
            const Item& item = items_[index];
            if (item.deleted == 0 && item.kind() == Kind::format) {
                attributes[payloads_.name(item.content)] = payloads_.bytes(item.content);
            }
            if (index == gap.left) break;
        }
    }
    const auto is_in_effect = [&](const Item& format) {
        const auto found = attributes.find(payloads_.name(format.content));
        const std::string_view value = found == attributes.end() ? any_null : found->second;
        return payloads_.bytes(format.content) == value;
    };
    while (gap.right != none) {
        const Item& item = items_[gap.right];
        if (item.deleted == 0 && (item.kind() != Kind::format || !is_in_effect(item))) break;
        gap = {gap.right, item.right};
    }
}

PositionTree::Found Store::find_unit(std::uint32_t type, std::uint32_t offset) {
    if (cursor_.type == type && offset - cursor_.start < items_[cursor_.item].length) {
        return {cursor_.item, {.units = cursor_.start}};  // typing on
    }
    need_tree(type);
    return tree_.find_unit(type, offset);
}

void Store::delete_units(std::uint32_t type, std::size_t index, std::size_t count) {
    while (count > 0) {
        const PositionTree::Found found = find_unit(type, static_cast<std::uint32_t>(index));
        const Item& item = items_[found.item];
        const std::uint32_t from = static_cast<std::uint32_t>(index) - found.before.units;
        const auto length =
            static_cast<std::uint32_t>(std::min<std::size_t>(count, item.length - from));
        delete_range(
            static_cast<std::uint32_t>(item.client), item.clock + from, item.clock + from + length);
        count -= length;
    }
}

// After an insertion by the transaction's author whose last unit stands before `end`: it is the end
// of their newest run.
void Store::move_cursor(std::uint32_t type, std::uint32_t end) {
    const std::uint32_t newest = clients_[client_index(author_)].structs.back();
    const Item& item = items_[newest];
    if (item.is_visible()) cursor_ = {type, newest, end - item.length};
}

bool Store::can_insert(std::size_t units) const {
    return units <= max_length && units < max_clock - state(author_) &&
           structs_ < options_.limits.structs;
}

void Store::insert_local(Place place, Gap gap, const StructRecord& record) {
    const std::uint32_t author = enter_client(author_);
    Client& client = clients_[author];
    Mark right_origin{no_client, 0};
    if (gap.right != none) {
        right_origin = {
            static_cast<std::uint32_t>(items_[gap.right].client), items_[gap.right].clock};
    }
    if (record.kind == Kind::string && gap.left != none && !client.structs.empty() &&
        client.structs.back() == gap.left) {
        // Typing on: the run gets longer.
        Item& last = items_[gap.left];
        if (last.kind() == Kind::string && last.deleted == 0 &&
            last.right_client == right_origin.client &&
            (!last.has_right_origin() || last.right_clock == right_origin.clock) &&
            last.length <= max_length - record.length) {
            extend(gap.left, record);
            return;
        }
    }
    const std::uint32_t index = new_item();
    Item& item = items_[index];
    item.clock = client.state;
    item.set_length(record.length);
    item.deleted = 0;
    item.set_client(author);
    item.set_origin(no_client, 0);
    if (gap.left != none) {
        const Item& left = items_[gap.left];
        item.set_origin(static_cast<std::uint32_t>(left.client), left.end() - 1);
    }
    item.set_right_origin(right_origin.client, right_origin.clock);
    item.place = place;
    item.set_kind(record.kind);
    give_content(index, record, nullptr, 0);
    place_item(index, gap.left, gap.right);
}

Transaction::Transaction(Document& document, ClientNumber author) : store_(document.store_.get()) {
    store_->begin();
    store_->author_ = author;
}

Transaction::~Transaction() {
    commit();
}

Applied Transaction::commit() {
    if (!std::exchange(open_, false)) return {};
    // Something may have waited for what this author has just written (a number used twice).
    if (!store_->pending_.empty()) store_->retry_pending();
    return store_->commit({});
}

std::expected<void, EditError> Text::insert(
    [[maybe_unused]] Transaction& transaction, std::size_t index, std::string_view utf8) {
    assert(transaction.store_ == store_);
    const TextFacts facts = scan_text(utf8);
    if (!facts.is_valid) return std::unexpected(EditError::bad_utf8);
    if (index > length()) return std::unexpected(EditError::out_of_range);
    if (facts.units == 0) return {};
    if (!store_->can_insert(facts.units) ||
        store_->text_units_ + facts.units > store_->options_.limits.text_units) {
        return std::unexpected(EditError::too_large);
    }
    StructRecord record;
    record.kind = Kind::string;
    record.is_ascii = facts.is_ascii;
    record.length = static_cast<std::uint32_t>(facts.units);
    record.content = utf8;
    Store::Gap gap = store_->gap_at(type_, index);
    store_->skip_tombstones(type_, gap);
    store_->insert_local(Place::type(type_), gap, record);
    store_->move_cursor(type_, static_cast<std::uint32_t>(index) + record.length);
    return {};
}

std::expected<void, EditError> Text::erase(
    [[maybe_unused]] Transaction& transaction, std::size_t index, std::size_t count) {
    assert(transaction.store_ == store_);
    if (index > length() || count > length() - index) {
        return std::unexpected(EditError::out_of_range);
    }
    store_->delete_units(type_, index, count);
    return {};
}

namespace {

/// Bytes among values become content of their own kind, as in Yjs.
bool is_bytes(std::string_view value) {
    return static_cast<std::uint8_t>(value.front()) == static_cast<std::uint8_t>(AnyType::bytes);
}

StructRecord content_of(std::string_view values, std::uint32_t count) {
    StructRecord record;
    record.length = count;
    if (is_bytes(values)) {
        lib0::Reader in(values.substr(1));
        record.kind = Kind::binary;
        record.content = in.var_bytes();
    } else {
        record.kind = Kind::any;
        record.content = values;
    }
    return record;
}

}  // namespace

std::expected<void, EditError> Map::set(
    [[maybe_unused]] Transaction& transaction, std::string_view key, std::string_view value) {
    assert(transaction.store_ == store_);
    if (!scan_text(key).is_valid) return std::unexpected(EditError::bad_utf8);
    const Limits& limits = store_->options_.limits;
    const auto normal = normalise_values(value, 1, limits.value_depth);
    if (!normal) return std::unexpected(EditError::bad_value);
    if (!store_->can_insert(1) || store_->payloads_.live() + normal->size() > limits.value_bytes) {
        return std::unexpected(EditError::too_large);
    }
    const std::uint32_t slot = store_->slot(type_, store_->names_.intern(key), true);
    store_->insert_local(
        Place::slot(slot), {store_->slots_[slot].last, none}, content_of(*normal, 1));
    return {};
}

void Map::erase([[maybe_unused]] Transaction& transaction, std::string_view key) {
    assert(transaction.store_ == store_);
    const std::uint32_t name = store_->names_.find(key);
    const std::uint32_t slot = name == none ? none : store_->slot(type_, name, false);
    if (slot != none && store_->slots_[slot].last != none) {
        store_->delete_item(store_->slots_[slot].last);
    }
}

std::expected<void, EditError> Array::insert(
    [[maybe_unused]] Transaction& transaction,
    std::size_t index,
    std::uint32_t count,
    std::string_view values) {
    assert(transaction.store_ == store_);
    if (index > length()) return std::unexpected(EditError::out_of_range);
    const Limits& limits = store_->options_.limits;
    const auto normal = normalise_values(values, count, limits.value_depth);
    if (!normal) return std::unexpected(EditError::bad_value);
    if (!store_->can_insert(count) ||
        store_->payloads_.live() + normal->size() > limits.value_bytes) {
        return std::unexpected(EditError::too_large);
    }
    std::string_view rest = *normal;
    while (count > 0) {
        std::uint32_t run = 1;
        std::size_t bytes = skip_values(rest, 1);
        while (!is_bytes(rest) && run < count && !is_bytes(rest.substr(bytes))) {
            bytes += skip_values(rest.substr(bytes), 1);
            ++run;
        }
        store_->insert_local(
            Place::type(type_),
            store_->gap_at(type_, index),
            content_of(rest.substr(0, bytes), run));
        rest.remove_prefix(bytes);
        index += run;
        count -= run;
    }
    return {};
}

std::expected<void, EditError> Array::erase(
    Transaction& transaction, std::size_t index, std::size_t count) {
    return Text(*this).erase(transaction, index, count);
}

}  // namespace codencollab::crdt
