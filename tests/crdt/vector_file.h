#pragma once

#include "crdt/id.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt::vectors {

/// The lines of a gzipped file. Throws std::runtime_error with the reason if it cannot be read.
std::vector<std::string> gunzip_lines(const std::string& path);

/// One line of a vector file. Throws std::runtime_error if it is not a JSON object.
boost::json::object parse_case(std::string_view line);

/// A field that must be there, in the shape that the generator gives it: else it throws
/// std::runtime_error or boost::system::system_error.
std::string bytes_of(const boost::json::value& base64);
std::string bytes_of(const boost::json::object& object, std::string_view field);
std::string text_of(const boost::json::object& object, std::string_view field);
bool flag_of(const boost::json::object& object, std::string_view field);

/// One delivery: "1:<base64>" or "2:<base64>" in a file.
struct DeliveredUpdate {
    Format format = Format::v1;
    std::string bytes;
};
DeliveredUpdate delivered(std::string_view entry);

}  // namespace codencollab::crdt::vectors
