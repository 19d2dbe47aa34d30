#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace codencollab::crdt {

/// Interned strings: names of roots and nodes, map keys, format keys. Never forgotten; the items
/// that brought them are not either.
class Names {
  public:
    std::uint32_t intern(std::string_view name);
    /// UINT32_MAX if it was never interned.
    std::uint32_t find(std::string_view name) const;
    std::string_view get(std::uint32_t name) const { return *names_[name]; }
    std::size_t memory() const;

  private:
    std::unordered_map<std::string_view, std::uint32_t> by_name_;  // views into names_
    std::vector<std::unique_ptr<const std::string>> names_;
};

}  // namespace codencollab::crdt
