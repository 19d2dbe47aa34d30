#pragma once

#include "crdt/update_records.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {

/// Content that is neither text nor a type: encoded values, bytes, options; each with a name where
/// its kind has one. All bytes lie in one buffer; a payload that grows moves to its end with room
/// to spare, and the buffer is compacted when half of it is dead.
class Payloads {
  public:
    std::uint32_t add(std::string_view bytes, std::uint32_t name);
    void release(std::uint32_t payload);

    /// Valid until the next call that is not const.
    std::string_view bytes(std::uint32_t payload) const {
        const Entry& entry = entries_[payload];
        return std::string_view(buffer_).substr(entry.offset, entry.size);
    }
    std::uint32_t name(std::uint32_t payload) const { return entries_[payload].name; }

    /// Cuts `payload` after `size` bytes; the rest is a new payload without a name.
    std::uint32_t split(std::uint32_t payload, std::size_t size);
    /// Appends `bytes`, which must not be a view into this object.
    void append(std::uint32_t payload, std::string_view bytes);
    /// Appends `right` to `left` and releases it.
    void merge(std::uint32_t left, std::uint32_t right);

    std::size_t live() const { return live_; }
    void shrink();
    std::size_t memory() const { return buffer_.capacity() + entries_.capacity() * sizeof(Entry); }

  private:
    struct Entry {
        std::size_t offset = 0;
        std::size_t size = 0;
        std::size_t capacity = 0;
        std::uint32_t name = none;  // of a free entry: the next free one
        bool free = false;
    };
    std::uint32_t take_entry();
    void compact();

    std::vector<Entry> entries_;
    std::string buffer_;
    std::size_t live_ = 0;
    std::uint32_t free_ = none;
};

}  // namespace codencollab::crdt
