#pragma once

#include <optional>
#include <string>

namespace codencollab::sim {

class World;

/// Why the world is not quiet yet: somebody is not back, something is unanswered, texts differ,
/// somebody is seen who is gone. Empty when it is.
std::string unrest(World& world);

/// What is wrong with a world that is quiet: with the text that all agree on, with runs, with what
/// was written where nothing may be. Empty when nothing is.
std::string complaint_of_quiet_world(World& world);

/// The room's text as the node has it now; none when it has none.
std::optional<std::u16string> text_at_node(World& world);

}  // namespace codencollab::sim
