#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt {

/// The text of one client in the order of its clocks. One byte a unit as long as all of it is ASCII
/// (nearly all code), two bytes, UTF-16, from its first other character on: so a place in a run is
/// arithmetic, never a scan.
///
/// Appended to and compacted, otherwise never changed but by cut_pair(). Offsets are units.
class TextBuffer {
  public:
    /// Appends valid UTF-8 and returns where it begins.
    std::uint32_t append(std::string_view utf8, bool is_ascii);
    /// Appends `count` units of `from`, as they are.
    std::uint32_t append_from(const TextBuffer& from, std::uint32_t offset, std::uint32_t count);

    /// Units [offset, offset + count) as UTF-8; half a surrogate pair reads as U+FFFD.
    void append_to(std::string& out, std::uint32_t offset, std::uint32_t count) const;
    /// The same without a copy, if the buffer is narrow.
    std::string_view narrow(std::uint32_t offset, std::uint32_t count) const {
        return std::string_view(bytes_).substr(offset, count);
    }
    bool is_wide() const { return wide_; }

    /// If a cut at `offset` falls inside a surrogate pair, both halves become U+FFFD, as in Yjs;
    /// says whether it did.
    bool cut_pair(std::uint32_t offset);
    /// Whether a cut at `offset` would fall inside a surrogate pair.
    bool is_inside_pair(std::uint32_t offset) const;

    /// Newlines in units [offset, offset + count); needs index_lines().
    std::uint32_t newlines(std::uint32_t offset, std::uint32_t count) const;
    /// Where the n-th newline (from 0) at or after `offset` is; there must be one.
    std::uint32_t newline_at(std::uint32_t offset, std::uint32_t n) const;
    /// Keeps an index of newlines from now on.
    void index_lines();

    std::uint32_t size() const {
        return static_cast<std::uint32_t>(wide_ ? bytes_.size() / 2 : bytes_.size());
    }
    void reserve(std::size_t units, bool wide);
    void shrink();
    std::size_t memory() const {
        return bytes_.capacity() + newlines_.capacity() * sizeof(std::uint32_t);
    }

  private:
    char16_t unit(std::uint32_t offset) const;
    void set_unit(std::uint32_t offset, char16_t unit);
    void widen();
    void note_newlines(std::uint32_t from);

    std::string bytes_;
    std::vector<std::uint32_t> newlines_;  // offsets, ascending; only with lines_
    bool wide_ = false;
    bool lines_ = false;
};

}  // namespace codencollab::crdt
