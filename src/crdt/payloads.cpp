#include "crdt/payloads.h"

#include <utility>

namespace codencollab::crdt {

std::uint32_t Payloads::take_entry() {
    if (free_ == none) {
        entries_.emplace_back();
        return static_cast<std::uint32_t>(entries_.size() - 1);
    }
    const std::uint32_t payload = free_;
    free_ = entries_[payload].name;
    return payload;
}

std::uint32_t Payloads::add(std::string_view bytes, std::uint32_t name) {
    const std::uint32_t payload = take_entry();
    entries_[payload] = {buffer_.size(), bytes.size(), bytes.size(), name, false};
    buffer_ += bytes;
    live_ += bytes.size();
    return payload;
}

void Payloads::release(std::uint32_t payload) {
    live_ -= entries_[payload].size;
    entries_[payload] = {.name = free_, .free = true};
    free_ = payload;
    // Every entry is looked at, so they count too.
    if (buffer_.size() > 4096 + 2 * live_ + entries_.size()) compact();
}

std::uint32_t Payloads::split(std::uint32_t payload, std::size_t size) {
    const std::uint32_t rest = take_entry();
    Entry& entry = entries_[payload];
    entries_[rest] = {entry.offset + size, entry.size - size, entry.capacity - size, none, false};
    entry.size = size;
    entry.capacity = size;
    return rest;
}

void Payloads::append(std::uint32_t payload, std::string_view bytes) {
    Entry& entry = entries_[payload];
    const bool is_last = entry.offset + entry.capacity == buffer_.size();
    if (entry.size + bytes.size() <= entry.capacity) {
        buffer_.replace(entry.offset + entry.size, bytes.size(), bytes);
    } else if (is_last) {
        buffer_.resize(entry.offset + entry.size);
        buffer_ += bytes;
        entry.capacity = entry.size + bytes.size();
    } else {
        // Twice the room, so that a run which grows between others is copied a few times only.
        const std::size_t capacity = 2 * (entry.size + bytes.size());
        const std::size_t offset = buffer_.size();
        buffer_.reserve(offset + capacity);
        buffer_.append(buffer_, entry.offset, entry.size);
        buffer_ += bytes;
        buffer_.resize(offset + capacity);
        entry.offset = offset;
        entry.capacity = capacity;
    }
    entry.size += bytes.size();
    live_ += bytes.size();
}

void Payloads::merge(std::uint32_t left, std::uint32_t right) {
    Entry& to = entries_[left];
    const Entry from = entries_[right];
    if (to.offset + to.size == from.offset) {
        to.size += from.size;
        to.capacity = to.size + (from.capacity - from.size);
        live_ += from.size;
    } else {
        append(left, std::string(bytes(right)));
    }
    release(right);
}

void Payloads::compact() {
    std::string compacted;
    compacted.reserve(live_);
    for (Entry& entry : entries_) {
        if (entry.free) continue;
        const std::size_t offset = compacted.size();
        compacted.append(buffer_, entry.offset, entry.size);
        entry.offset = offset;
        entry.capacity = entry.size;
    }
    buffer_ = std::move(compacted);
}

void Payloads::shrink() {
    compact();
    buffer_.shrink_to_fit();
    entries_.shrink_to_fit();
}

}  // namespace codencollab::crdt
