#pragma once

#include "crdt/id.h"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt::vectors {

/// What one case found wrong. A check goes on after a failure, so that one run tells all.
class Check {
  public:
    explicit Check(std::size_t lines_max) : lines_max_(lines_max) {}

    void holds(bool condition, std::string_view what);
    void equal(std::string_view what, std::string_view actual, std::string_view expected);
    /// Two updates byte for byte; a failure tells which structs differ.
    void equal_update(
        std::string_view what, std::string_view actual, std::string_view expected, Format format);
    void equal_value(
        std::string_view what,
        const boost::json::value& actual,
        const boost::json::value& expected);

    const std::vector<std::string>& failures() const { return failures_; }

  private:
    std::vector<std::string> failures_;
    std::size_t lines_max_;
};

}  // namespace codencollab::crdt::vectors
