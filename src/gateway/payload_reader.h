#pragma once

#include "base/error.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::gateway {

/// Reads the fields of a JSON object that a stranger sent, strictly: a wrong type is an error and
/// never guessed around; keys that nobody asks for are ignored. The first problem is kept, and what
/// is read after it are empty values, so that a caller reads all and asks once.
///
/// Ownership: views into the value that it was made of. Failures are `bad_payload`.
class PayloadReader {
  public:
    /// `where` opens messages: "code_change", "changes[3]".
    PayloadReader(const boost::json::value& value, std::string where);

    std::string_view text(std::string_view name);
    std::optional<std::string_view> optional_text(std::string_view name);
    /// A whole number from `least` to 2^53 - 1.
    std::size_t count(std::string_view name, std::size_t least = 0);
    std::optional<std::size_t> optional_count(std::string_view name, std::size_t least = 0);
    std::optional<bool> optional_flag(std::string_view name);
    /// Null when absent (or JSON's null, where the field is optional).
    const boost::json::value* optional_object(std::string_view name);
    const boost::json::value* object(std::string_view name);
    const boost::json::array* array(std::string_view name);
    const boost::json::array* optional_array(std::string_view name);

    /// Notes a problem of a field that is more than its type.
    void refuse(std::string_view name, std::string_view problem);
    /// Takes over the problem of an object inside this one.
    void refuse_as(const Error& problem);
    const std::optional<Error>& problem() const { return problem_; }

  private:
    /// The field, or none when it is absent or null.
    const boost::json::value* find(std::string_view name) const;
    const boost::json::value* require(std::string_view name);
    std::optional<std::size_t> count_of(
        const boost::json::value& value, std::string_view name, std::size_t least);

    const boost::json::object* fields_ = nullptr;
    std::string where_;
    std::optional<Error> problem_;
};

}  // namespace codencollab::gateway
