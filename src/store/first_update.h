#pragma once

#include <string>
#include <string_view>

namespace codencollab::store {

/// The document of a room whose text was kept alone, as one update (Yjs v1) of the client 1: the
/// text named `code`, and `language` in the map `meta`. The same bytes for the same text, always.
/// Half an emoji in `text` becomes U+FFFD, and CR is left out: no document holds them.
std::string first_update(std::string_view text, std::string_view language);

}  // namespace codencollab::store
