#include "base/lib0.h"
#include "base/utf.h"
#include "cases.h"
#include "crdt/any.h"
#include "crdt/columns.h"
#include "values.h"
#include "vector_file.h"

#include <boost/json/array.hpp>
#include <fmt/format.h>

#include <functional>

namespace codencollab::crdt::vectors {
namespace {

namespace json = boost::json;

/// Each pair of a value and its bytes.
void for_each_pair(
    const json::object& one,
    std::string_view field,
    const std::function<void(const json::value&, const std::string&)>& visit) {
    for (const json::value& entry : one.at(field).as_array()) {
        const json::array& pair = entry.as_array();
        visit(pair.at(0), bytes_of(pair.at(1)));
    }
}

lib0::VarInt var_int_of(const json::value& value) {
    if (value.is_object()) return {0, true};  // -0
    const auto number = value.to_number<std::int64_t>();
    return {static_cast<std::uint64_t>(number < 0 ? -number : number), number < 0};
}

void check_integers(const json::object& one, Check& check) {
    for_each_pair(one, "varUint", [&](const json::value& value, const std::string& bytes) {
        const auto number = value.to_number<std::uint64_t>();
        lib0::Writer writer;
        writer.var_uint(number);
        check.equal("varUint", writer.view(), bytes);
        lib0::Reader reader(bytes);
        check.holds(reader.var_uint() == number && reader.at_end(), "varUint read");
    });
    for_each_pair(one, "varInt", [&](const json::value& value, const std::string& bytes) {
        const lib0::VarInt number = var_int_of(value);
        lib0::Writer writer;
        writer.var_int(number);
        check.equal("varInt", writer.view(), bytes);
        lib0::Reader reader(bytes);
        const lib0::VarInt read = reader.var_int();
        check.holds(
            read.magnitude == number.magnitude && read.negative == number.negative &&
                reader.at_end(),
            "varInt read");
    });
}

void check_texts(const json::object& one, Check& check) {
    for_each_pair(one, "varString", [&](const json::value& value, const std::string& bytes) {
        const std::string_view text = value.as_string();
        lib0::Writer writer;
        writer.var_bytes(text);
        check.equal("varString", writer.view(), bytes);
        lib0::Reader reader(bytes);
        check.equal("varString read", reader.var_string(), text);
    });
    for_each_pair(one, "any", [&](const json::value& value, const std::string& bytes) {
        lib0::Reader reader(bytes);
        check.equal_value("any", any_value(reader), value);
        check.holds(!reader.failed() && reader.at_end(), "any is not one value");
        lib0::Reader again(bytes);
        Arena arena;
        const auto read = read_values(again, 1, 100, arena);
        check.holds(read.has_value(), "any refused");
        if (read) check.equal("any in normal form", *read, bytes);
        const auto local = normalise_values(bytes, 1, 100);
        check.holds(local.has_value(), "any refused from here");
        if (local) check.equal("any from here in normal form", *local, bytes);
    });
}

template <class Reader, class Writer>
void check_runs(const json::object& one, std::string_view field, Check& check) {
    const json::array& column = one.at(field).as_array();
    const std::string bytes = bytes_of(column.at(1));
    Writer writer;
    Reader reader(bytes);
    for (const json::value& value : column.at(0).as_array()) {
        using Value = decltype(reader.next());
        const auto number = value.to_number<Value>();
        writer.put(number);
        check.holds(reader.next() == number, fmt::format("{} read", field));
    }
    check.holds(!reader.failed(), fmt::format("{} refused", field));
    check.equal(field, writer.finish(), bytes);
}

void check_strings(const json::object& one, Check& check) {
    const json::array& column = one.at("strings").as_array();
    const std::string bytes = bytes_of(column.at(1));
    StringColumnWriter writer;
    StringColumnReader reader(bytes);
    Arena arena;
    for (const json::value& value : column.at(0).as_array()) {
        const std::string_view text = value.as_string();
        writer.put(text);
        TextFacts facts;
        check.equal("strings read", reader.next(arena, facts), text);
        check.holds(facts.units == utf16_length(text), "strings: another length");
    }
    check.holds(!reader.failed(), "strings refused");
    lib0::Writer whole;
    whole.var_bytes(writer.text());
    whole.bytes(writer.finish_lengths());
    check.equal("strings", whole.view(), bytes);
}

}  // namespace

void check_encoding(const json::object& one, Check& check) {
    check_integers(one, check);
    check_texts(one, check);
    check_runs<UintRunReader, UintRunWriter>(one, "uintOptRle", check);
    check_runs<DiffRunReader, DiffRunWriter>(one, "intDiffOptRle", check);
    check_runs<ByteRunReader, ByteRunWriter>(one, "rleUint8", check);
    check_strings(one, check);
}

}  // namespace codencollab::crdt::vectors
