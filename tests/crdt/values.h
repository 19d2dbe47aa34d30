#pragma once

#include "base/lib0.h"
#include "crdt/document.h"

#include <boost/json/value.hpp>

#include <string_view>

/// What documents hold as plain JSON: keys sorted or not as they like, and what JSON lacks as an
/// object with one key that begins with `$` (`{"$bytes":"…"}`, `{"$type":"Map","value":…}`).
namespace codencollab::crdt::vectors {

/// The next value in lib0's any form. Fails with the reader, on which it is up to the caller.
boost::json::value any_value(lib0::Reader& reader);

/// A shared type in full: children by type, attributes, for texts both the string and the delta.
boost::json::object type_value(const SharedType& type);

/// A root type, which has no kind of its own, read as `kind`: text, map, array or xml.
boost::json::object root_value(Document& document, std::string_view name, std::string_view kind);

/// The value with every character beyond the BMP as two U+FFFD: as it reads where somebody cut it.
boost::json::value with_pairs_cut(const boost::json::value& value);

/// Equal in structure; numbers compare as doubles.
bool same_value(const boost::json::value& left, const boost::json::value& right);

}  // namespace codencollab::crdt::vectors
