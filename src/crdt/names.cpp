#include "crdt/names.h"

#include <limits>

namespace codencollab::crdt {

std::uint32_t Names::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? std::numeric_limits<std::uint32_t>::max() : found->second;
}

std::uint32_t Names::intern(std::string_view name) {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return found->second;
    const auto index = static_cast<std::uint32_t>(names_.size());
    names_.push_back(std::make_unique<const std::string>(name));
    by_name_.emplace(*names_.back(), index);
    return index;
}

std::size_t Names::memory() const {
    std::size_t bytes = names_.capacity() * sizeof(names_[0]);
    for (const auto& name : names_)
        bytes += sizeof(std::string) + name->capacity() + 64;
    return bytes;
}

}  // namespace codencollab::crdt
