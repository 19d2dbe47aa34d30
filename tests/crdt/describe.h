#pragma once

#include "crdt/id.h"

#include <string>
#include <string_view>
#include <vector>

namespace codencollab::crdt::vectors {

/// An update for a person: a line for each struct, then one for each deleted range.
std::vector<std::string> describe_update(std::string_view bytes, Format format);

/// The lines in which two updates differ, `-` only expected, `+` only actual; at most `lines_max`.
std::string difference(
    std::string_view actual, std::string_view expected, Format format, std::size_t lines_max);

}  // namespace codencollab::crdt::vectors
