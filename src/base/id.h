#pragma once

#include "base/random.h"

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab {

/// A UUID in its canonical form: 36 characters, lower case. A `RoomId` is not a `UserId`: the tag
/// keeps them apart. Cheap to copy, no allocation.
template <class Tag>
class Id {
  public:
    /// A new random one (UUID version 4).
    static Id random(Random& random);
    /// None unless `text` is canonical: what a stranger sends as an id is not normalised.
    static std::optional<Id> parse(std::string_view text);

    std::string_view view() const { return {text_.data(), text_.size()}; }
    std::string str() const { return std::string(view()); }
    auto operator<=>(const Id&) const = default;

  private:
    Id() = default;
    std::array<char, 36> text_;
};

struct RoomTag;
struct UserTag;
struct RunTag;
struct MessageTag;
struct SessionTag;
using RoomId = Id<RoomTag>;
using UserId = Id<UserTag>;
using RunId = Id<RunTag>;
using MessageId = Id<MessageTag>;
/// One sign-in of a user: what a refresh token renews and a sign-out ends.
using SessionId = Id<SessionTag>;

namespace detail {
std::array<char, 36> random_uuid(Random& random);
bool is_canonical_uuid(std::string_view text);
}  // namespace detail

template <class Tag>
Id<Tag> Id<Tag>::random(Random& random) {
    Id id;
    id.text_ = detail::random_uuid(random);
    return id;
}

template <class Tag>
std::optional<Id<Tag>> Id<Tag>::parse(std::string_view text) {
    if (!detail::is_canonical_uuid(text)) return std::nullopt;
    Id id;
    text.copy(id.text_.data(), id.text_.size());
    return id;
}

}  // namespace codencollab

template <class Tag>
struct std::hash<codencollab::Id<Tag>> {
    std::size_t operator()(const codencollab::Id<Tag>& id) const noexcept {
        return std::hash<std::string_view>{}(id.view());
    }
};
