#include "check.h"

#include "describe.h"
#include "values.h"
#include "wire/base64.h"

#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace codencollab::crdt::vectors {
namespace {

std::size_t first_difference(std::string_view left, std::string_view right) {
    const auto at = std::ranges::mismatch(left, right).in1;
    return static_cast<std::size_t>(at - left.begin());
}

}  // namespace

void Check::holds(bool condition, std::string_view what) {
    if (!condition) failures_.emplace_back(what);
}

void Check::equal(std::string_view what, std::string_view actual, std::string_view expected) {
    if (actual == expected) return;
    failures_.push_back(fmt::format(
        "{}: {} instead of {}",
        what,
        wire::base64_encoded(actual.substr(0, 200)),
        wire::base64_encoded(expected.substr(0, 200))));
}

void Check::equal_update(
    std::string_view what, std::string_view actual, std::string_view expected, Format format) {
    if (actual == expected) return;
    failures_.push_back(fmt::format(
        "{}: {} bytes instead of {}, differing from byte {}: {}",
        what,
        actual.size(),
        expected.size(),
        first_difference(actual, expected),
        difference(actual, expected, format, lines_max_)));
}

void Check::equal_value(
    std::string_view what, const boost::json::value& actual, const boost::json::value& expected) {
    if (same_value(actual, expected)) return;
    const std::string left = boost::json::serialize(actual);
    const std::string right = boost::json::serialize(expected);
    const std::size_t at = std::max<std::size_t>(first_difference(left, right), 40) - 40;
    const std::size_t shown = lines_max_ * 40;
    failures_.push_back(fmt::format(
        "{}: from character {}: {} instead of {}",
        what,
        at,
        left.substr(std::min(at, left.size()), shown),
        right.substr(std::min(at, right.size()), shown)));
}

}  // namespace codencollab::crdt::vectors
