#include "gateway/payload_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace codencollab::gateway {

namespace {

/// The largest whole number that JavaScript holds exactly.
constexpr std::uint64_t count_max = (std::uint64_t{1} << 53) - 1;

}  // namespace

PayloadReader::PayloadReader(const boost::json::value& value, std::string where)
    : fields_(value.if_object()), where_(std::move(where)) {
    if (!fields_) {
        problem_ = Error{ErrorCode::bad_payload, fmt::format("{} has to be an object.", where_)};
    }
}

std::string_view PayloadReader::text(std::string_view name) {
    const boost::json::value* value = require(name);
    if (!value) return {};
    if (const auto* text = value->if_string()) return {text->data(), text->size()};
    refuse(name, "has to be a text");
    return {};
}

std::optional<std::string_view> PayloadReader::optional_text(std::string_view name) {
    if (!find(name)) return std::nullopt;
    return text(name);
}

std::size_t PayloadReader::count(std::string_view name, std::size_t least) {
    const boost::json::value* value = require(name);
    return value ? count_of(*value, name, least).value_or(least) : least;
}

std::optional<std::size_t> PayloadReader::optional_count(std::string_view name, std::size_t least) {
    const boost::json::value* value = find(name);
    return value ? count_of(*value, name, least) : std::nullopt;
}

std::optional<bool> PayloadReader::optional_flag(std::string_view name) {
    const boost::json::value* value = find(name);
    if (!value) return std::nullopt;
    if (const bool* flag = value->if_bool()) return *flag;
    refuse(name, "has to be true or false");
    return std::nullopt;
}

const boost::json::value* PayloadReader::optional_object(std::string_view name) {
    const boost::json::value* value = find(name);
    if (!value || value->is_object()) return value;
    refuse(name, "has to be an object");
    return nullptr;
}

const boost::json::value* PayloadReader::object(std::string_view name) {
    return require(name) ? optional_object(name) : nullptr;
}

const boost::json::array* PayloadReader::array(std::string_view name) {
    return require(name) ? optional_array(name) : nullptr;
}

const boost::json::array* PayloadReader::optional_array(std::string_view name) {
    const boost::json::value* value = find(name);
    if (!value) return nullptr;
    if (const auto* array = value->if_array()) return array;
    refuse(name, "has to be a list");
    return nullptr;
}

void PayloadReader::refuse(std::string_view name, std::string_view problem) {
    if (problem_) return;
    problem_ = Error{ErrorCode::bad_payload, fmt::format("{}: '{}' {}.", where_, name, problem)};
}

void PayloadReader::refuse_as(const Error& problem) {
    if (!problem_) problem_ = problem;
}

const boost::json::value* PayloadReader::find(std::string_view name) const {
    const boost::json::value* value = fields_ ? fields_->if_contains(name) : nullptr;
    return value && !value->is_null() ? value : nullptr;
}

const boost::json::value* PayloadReader::require(std::string_view name) {
    const boost::json::value* value = find(name);
    if (!value) refuse(name, "is missing");
    return value;
}

std::optional<std::size_t> PayloadReader::count_of(
    const boost::json::value& value, std::string_view name, std::size_t least) {
    std::optional<std::uint64_t> number;
    if (const auto* whole = value.if_int64(); whole && *whole >= 0) {
        number = static_cast<std::uint64_t>(*whole);
    } else if (const auto* large = value.if_uint64()) {
        number = *large;
    } else if (const double* real = value.if_double(); real && *real >= 0 &&
                                                       *real <= static_cast<double>(count_max) &&
                                                       std::trunc(*real) == *real) {
        number = static_cast<std::uint64_t>(*real);
    }
    if (number && *number >= least && *number <= count_max) {
        return static_cast<std::size_t>(*number);
    }
    refuse(name, fmt::format("has to be a whole number from {} on", least));
    return std::nullopt;
}

}  // namespace codencollab::gateway
