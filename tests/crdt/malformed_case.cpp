#include "cases.h"
#include "crdt/document.h"
#include "crdt/update_functions.h"
#include "vector_file.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <stdexcept>

namespace codencollab::crdt::vectors {
namespace {

namespace json = boost::json;

struct Input {
    std::string name;
    DeliveredUpdate update;
    bool rejected = false;
    const json::object* expect = nullptr;
};

Input input_of(const json::object& entry) {
    Input input;
    if (const json::value* name = entry.if_contains("name")) input.name = name->as_string();
    input.update.format = entry.at("format").as_int64() == 2 ? Format::v2 : Format::v1;
    input.update.bytes = bytes_of(entry, "update");
    input.rejected = flag_of(entry, "rejected");
    if (const json::value* expect = entry.if_contains("expect"))
        input.expect = &expect->as_object();
    return input;
}

void check_state(
    const Document& document, const json::object& expect, std::string_view what, Check& check) {
    check.equal(
        fmt::format("{}: state vector", what),
        document.state_vector().encode(),
        bytes_of(expect, "sv"));
    check.holds(
        document.has_pending() == flag_of(expect, "pending"),
        fmt::format("{}: pending or not", what));
    if (expect.contains("v1")) {
        const std::string how = fmt::format("{}: v1", what);
        check.equal_update(how, document.encode(), bytes_of(expect, "v1"), Format::v1);
    }
}

/// Functions on bytes take what a document takes, as far as no document is needed to judge.
void check_bytes(const Input& input, std::string_view what, bool accepted, Check& check) {
    const auto& [format, bytes] = input.update;
    for (const Format to : {Format::v1, Format::v2}) {
        const auto converted = convert_update(bytes, format, to);
        check.holds(
            converted || !accepted, fmt::format("{}: applied, yet it cannot be converted", what));
        check.holds(!converted || !input.rejected, fmt::format("{}: converted", what));
        if (!converted) continue;
        const auto again = convert_update(*converted, to, to);
        check.holds(again.has_value(), fmt::format("{}: refused as converted", what));
        if (again) check.equal_update("converted twice", *again, *converted, to);
    }
    check.holds(
        state_vector_of(bytes, format).has_value() == diff_update(bytes, {}, format).has_value(),
        fmt::format("{}: the functions on bytes disagree", what));
}

}  // namespace

void check_malformed(const json::object& one, Check& check) {
    const std::string start = bytes_of(one, "start");
    std::size_t number = 0;
    for (const auto& entry : one.at("inputs").as_array()) {
        const Input input = input_of(entry.as_object());
        const std::string what = fmt::format("input {} {}", number++, input.name);
        Document document;
        if (!document.apply(start)) throw std::runtime_error("the start is refused");
        const std::string before = document.encode();
        const std::string snapshot_before = document.snapshot().encode(Format::v1);

        const auto applied = document.apply(input.update.bytes, input.update.format);
        document.check_invariants();
        check.holds(!applied || !input.rejected, what + ": taken");
        if (!applied) {
            const DecodeError error = applied.error();
            check.equal_update(what + ": after the refusal", document.encode(), before, Format::v1);
            check.equal(
                what + ": snapshot after the refusal",
                document.snapshot().encode(Format::v1),
                snapshot_before);
            check.holds(
                error.at <= input.update.bytes.size(), what + ": refused outside the input");
            check.holds(!input.expect, fmt::format("{}: refused: {}", what, describe(error)));
        } else if (input.expect) {
            check_state(document, *input.expect, what, check);
        }
        check_bytes(input, what, applied.has_value(), check);
    }
}

}  // namespace codencollab::crdt::vectors
