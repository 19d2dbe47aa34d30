// The beginning and the end of a transaction: the normal form restored, and what is to be told.
#include "crdt/store.h"

#include <algorithm>

namespace codencollab::crdt {

void Store::begin() {
    advanced_.clear();
    deleted_.clear();
    unsettled_.clear();
    splits_.clear();
    dead_types_.clear();
    recorded_.clear();
    change_text_.clear();
    relay_as_is_ = true;
    dropped_pending_ = false;
}

Applied Store::commit(std::string_view input) {
    if (options_.gc && !dead_types_.empty()) collect_dead_types();
    restore_normal_form();

    Applied applied;
    applied.changed = !advanced_.empty() || !deleted_.empty();
    applied.pending = !pending_.empty();
    applied.dropped_pending = dropped_pending_;
    if (applied.changed) {
        applied.update = relay_as_is_ && !input.empty() ? input : encode_transaction();
    }
    for (const Mark& mark : advanced_)
        clients_[mark.client].is_advanced = false;
    if (!recorded_.empty()) {
        changes_.clear();
        for (const RecordedChange& change : recorded_) {
            changes_.push_back(
                {change.index,
                 change.removed,
                 std::string_view(change_text_)
                     .substr(change.text_from, change.text_to - change.text_from)});
        }
        applied.changes = changes_;
    }
    return applied;
}

// Neighbours that can be one struct are one, always. Whatever may have become so lies at the edges
// of what was deleted, collected or split; new structs have merged when they came.
void Store::restore_normal_form() {
    join_ranges(deleted_);
    join_ranges(unsettled_);
    for (const DeletedRange& range : unsettled_)
        merge_around(range);
    for (const Mark& split : splits_) {
        const std::uint32_t at = find(split.client, split.clock, Look::left);
        if (at > 0 && items_[clients_[split.client].structs[at]].clock == split.clock) {
            merge_range(split.client, at - 1, at);
        }
    }
    for (const DeletedRange& range : deleted_) {
        const Client& client = clients_[range.client];
        if (client.text.size() > 4096 + 2 * client.live_units) compact_text(range.client);
    }
}

// In order, clients descending, and joined, so that no struct is looked at for several ranges.
void Store::join_ranges(std::vector<DeletedRange>& ranges) const {
    if (ranges.size() < 2) return;
    const auto in_order = [this](const DeletedRange& a, const DeletedRange& b) {
        if (a.client != b.client) return clients_[a.client].number > clients_[b.client].number;
        return a.clock < b.clock;
    };
    // Whole documents come in order.
    if (!std::ranges::is_sorted(ranges, in_order)) std::ranges::sort(ranges, in_order);
    std::size_t kept = 0;
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        DeletedRange& to = ranges[kept];
        const DeletedRange& from = ranges[i];
        if (to.client == from.client && to.clock + to.length == from.clock) {
            to.length += from.length;
        } else {
            ranges[++kept] = from;
        }
    }
    ranges.resize(kept + 1);
}

// Joins what can be joined of the range, and with its neighbours.
void Store::merge_around(const DeletedRange& range) {
    const std::vector<std::uint32_t>& structs = clients_[range.client].structs;
    const std::uint32_t at = find(range.client, range.clock, Look::left);
    std::uint32_t last = at;
    while (last + 1 < structs.size() && items_[structs[last]].end() <= range.clock + range.length) {
        ++last;
    }
    merge_range(range.client, at > 0 ? at - 1 : 0, last);
}

void Store::append_text_of(
    const Item& item, std::uint32_t from, std::uint32_t length, std::string& out) const {
    if (item.kind() == Kind::string) {
        clients_[item.client].text.append_to(out, item.content + from, length);
        return;
    }
    for (std::uint32_t i = 0; i < length; ++i)
        out += "\xEF\xBF\xBC";  // U+FFFC, an object
}

void Store::note_insert(std::uint32_t index, std::uint32_t from, std::uint32_t length) {
    const Item& item = items_[index];
    const std::uint32_t offset = tree_.before(index).units + from;
    const auto text_from = static_cast<std::uint32_t>(change_text_.size());
    append_text_of(item, from, length, change_text_);
    const auto text_to = static_cast<std::uint32_t>(change_text_.size());
    recorded_.push_back({offset, 0, text_from, text_to});
}

void Store::note_delete(std::uint32_t index) {
    recorded_.push_back({tree_.before(index).units, items_[index].length, 0, 0});
}

// A split fell inside a surrogate pair: both its halves read differently now.
void Store::note_cut(std::uint32_t right) {
    const auto text_from = static_cast<std::uint32_t>(change_text_.size());
    change_text_ += "\xEF\xBF\xBD\xEF\xBF\xBD";
    recorded_.push_back({tree_.before(right).units - 1, 2, text_from, text_from + 6});
}

}  // namespace codencollab::crdt
