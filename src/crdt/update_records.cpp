#include "crdt/update_records.h"

#include "crdt/seeded_hash.h"

#include <algorithm>
#include <bit>

namespace codencollab::crdt {

std::string_view Arena::store(std::string_view text) {
    if (text.empty()) return {};
    if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < text.size()) {
        chunks_.emplace_back().reserve(std::max(text.size(), chunk_bytes));
    }
    std::string& chunk = chunks_.back();
    const std::size_t at = chunk.size();
    chunk.append(text);
    return std::string_view(chunk).substr(at);
}

void Arena::clear() {
    if (chunks_.empty()) return;  // almost always
    chunks_.resize(1);
    if (chunks_.front().capacity() > 2 * chunk_bytes) {
        chunks_.clear();
    } else {
        chunks_.front().clear();
    }
}

void UpdateRecords::clear() {
    // A few bytes of v2 can stand for a million structs: their memory is not kept for keystrokes.
    constexpr std::size_t structs_kept = 1 << 16;
    if (structs.capacity() > structs_kept) {
        *this = {};
        return;
    }
    clients.clear();
    blocks.clear();
    structs.clear();
    more.clear();
    deletes.clear();
    arena.clear();
    has_skip = false;
    has_trailing_bytes = false;
    table_.clear();
}

std::size_t UpdateRecords::slot_of(ClientNumber number) const {
    const std::size_t mask = table_.size() - 1;
    std::size_t slot = SeededHash(table_.data())(number) & mask;
    while (table_[slot] != none && clients[table_[slot]] != number)
        slot = (slot + 1) & mask;
    return slot;
}

std::uint32_t UpdateRecords::enter_client(ClientNumber number) {
    const auto index = static_cast<std::uint32_t>(clients.size());
    if (clients.size() < linear_max) {
        clients.push_back(number);
        return index;
    }
    if (table_.size() < 2 * (clients.size() + 1)) {
        table_.assign(std::max<std::size_t>(64, 4 * clients.size()), none);
        table_.resize(std::bit_ceil(table_.size()), none);
        for (std::uint32_t i = 0; i < index; ++i)
            table_[slot_of(clients[i])] = i;
    }
    const std::size_t slot = slot_of(number);
    if (table_[slot] == none) {
        table_[slot] = index;
        clients.push_back(number);
    }
    return table_[slot];
}

}  // namespace codencollab::crdt
