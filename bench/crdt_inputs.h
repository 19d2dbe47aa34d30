#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace codencollab::bench {

/// What an editor did: from `position` on it removed some units and put others there.
struct Edit {
    std::size_t position = 0;
    std::size_t removed = 0;
    std::string inserted;
};

/// One editing history in every form that a phase needs. A form that a trace does not have is
/// empty. The text is the root `t`.
struct Trace {
    std::string name;
    std::vector<Edit> edits;
    std::vector<std::string> updates;  // v1, one for each edit
    std::string v1;
    std::string v2;
    std::string text;
};

/// Reads NAME.edits, .updates, .v1, .v2 and .txt, as far as they are there. Integers in them are
/// lib0's. Ends the program with a message if one is malformed.
Trace read_trace(const std::filesystem::path& directory, const std::string& name);

/// The blobs of a file: their number, then each with its length before it.
std::vector<std::string> read_blobs(const std::filesystem::path& file);

std::string read_file(const std::filesystem::path& file);

/// Two people in one file of code: keystrokes in bursts with corrections, completions and pasted
/// lines, until it is `units` long. The same for the same seed; made by the engine itself.
Trace make_trace(std::uint64_t seed, std::size_t units);

/// `clients` people who all type `keystrokes` characters at the start of an empty text at once, not
/// seeing each other; what they typed arrives in turns.
enum class Caret { moves_along, stays_in_front };
Trace make_storm(std::size_t clients, std::size_t keystrokes, Caret caret);

[[noreturn]] void give_up(const std::string& why);

}  // namespace codencollab::bench
