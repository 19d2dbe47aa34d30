#pragma once

#include "crdt/error.h"
#include "crdt/id.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace codencollab::crdt {

/// A place in a text or list that stays where it is while others edit around it: beside a unit, or
/// at the end (`stick` right) or start (`stick` left) of a type.
struct RelativePosition {
    struct RootName {
        std::string name;
        friend bool operator==(const RootName&, const RootName&) = default;
    };
    struct TypeItem {
        Id id;
        friend bool operator==(const TypeItem&, const TypeItem&) = default;
    };
    std::variant<Id, RootName, TypeItem> anchor;
    /// Yjs' `assoc`: at least 0 sticks to the unit right of it, below 0 to the one left of it.
    std::int64_t assoc = 0;

    /// Bytes after the end are ignored; no assoc means 0.
    static std::expected<RelativePosition, DecodeError> decode(std::string_view bytes);
    std::string encode() const;

    friend bool operator==(const RelativePosition&, const RelativePosition&) = default;
};

}  // namespace codencollab::crdt
