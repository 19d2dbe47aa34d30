#include "crdt/error.h"

#include <string>
#include <string_view>

namespace codencollab::crdt {

std::string_view to_string(DecodeError::Code code) {
    using enum DecodeError::Code;
    switch (code) {
        case truncated:
            return "truncated";
        case bad_integer:
            return "bad_integer";
        case bad_utf8:
            return "bad_utf8";
        case bad_json:
            return "bad_json";
        case bad_content:
            return "bad_content";
        case bad_reference:
            return "bad_reference";
        case empty_struct:
            return "empty_struct";
        case too_deep:
            return "too_deep";
        case too_large:
            return "too_large";
        case too_many_clients:
            return "too_many_clients";
    }
    return "unknown";
}

namespace {

std::string_view sentence(DecodeError::Code code) {
    using enum DecodeError::Code;
    switch (code) {
        case truncated:
            return "The update ends inside a value or promises more than it holds";
        case bad_integer:
            return "The update holds an integer beyond its bounds";
        case bad_utf8:
            return "The update holds text that is not UTF-8";
        case bad_json:
            return "The update holds a value that is not JSON";
        case bad_content:
            return "The update holds content of an unknown kind";
        case bad_reference:
            return "A struct of the update refers to its own client's future";
        case empty_struct:
            return "The update holds a struct of no length";
        case too_deep:
            return "The update nests values or types too deep";
        case too_large:
            return "The update, or what it would add to, is too large";
        case too_many_clients:
            return "The update names more clients than a document may hold";
    }
    return "The update is malformed";
}

}  // namespace

std::string describe(const DecodeError& error) {
    std::string text(sentence(error.code));
    text += " (byte ";
    text += std::to_string(error.at);
    text += ").";
    return text;
}

}  // namespace codencollab::crdt
