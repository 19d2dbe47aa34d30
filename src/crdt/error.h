#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace codencollab::crdt {

/// Why bytes were refused, and where: `at` counts bytes from the start of the input. Whatever
/// refused them is as it was before.
struct DecodeError {
    enum class Code : std::uint8_t {
        truncated,         // the input ends inside a value, or promises more than it holds
        bad_integer,       // longer than 2^53-1, or a clock beyond 2^32-1
        bad_utf8,          // not strictly valid UTF-8
        bad_json,          // a format, embed or legacy value is not JSON
        bad_content,       // an unknown kind of struct, content, type or value
        bad_reference,     // a struct refers to its own client's future
        empty_struct,      // a struct, or content, of no length
        too_deep,          // values or types nested deeper than the limit
        too_large,         // more structs, text or pending data than the limits allow
        too_many_clients,  // more clients than a document may hold
    };
    Code code;
    std::size_t at = 0;
};

/// The code's own name, for logs.
std::string_view to_string(DecodeError::Code code);

/// One sentence for a person: what was wrong, and where.
std::string describe(const DecodeError& error);

/// Why a local edit was refused; the document is as it was.
enum class EditError : std::uint8_t {
    out_of_range,  // past the end of the text or list
    bad_utf8,
    bad_value,  // not so many values in lib0's any form
    too_large,  // the text would pass its limit, or a client has used up its clocks
};

}  // namespace codencollab::crdt
