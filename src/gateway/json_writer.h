#pragma once

#include "wire/json_text.h"

#include <fmt/format.h>

#include <concepts>
#include <iterator>
#include <string>
#include <string_view>

namespace codencollab::gateway {

/// Writes one JSON object or array onto the end of a string, without a tree in between: what leaves
/// often is written directly. Names are our own words and need no escaping. `close` ends it.
class JsonWriter {
  public:
    enum class Kind { object, array };

    explicit JsonWriter(std::string& out, Kind kind = Kind::object) : out_(out), kind_(kind) {
        out_ += kind == Kind::object ? '{' : '[';
    }
    JsonWriter(const JsonWriter&) = delete;
    JsonWriter& operator=(const JsonWriter&) = delete;

    void text(std::string_view name, std::string_view value) {
        begin(name);
        wire::append_json_string(out_, value);
    }
    void text(std::string_view name, std::u16string_view value) {
        begin(name);
        wire::append_json_string(out_, value);
    }
    template <std::integral Number>
    void number(std::string_view name, Number value) {
        begin(name);
        fmt::format_to(std::back_inserter(out_), "{}", value);
    }
    void flag(std::string_view name, bool value) {
        begin(name);
        out_ += value ? "true" : "false";
    }
    void null(std::string_view name) {
        begin(name);
        out_ += "null";
    }

    /// An object or array inside: `write(JsonWriter&)` fills it.
    template <class Write>
    void object(std::string_view name, Write&& write) {
        nested(name, Kind::object, write);
    }
    template <class Write>
    void array(std::string_view name, Write&& write) {
        nested(name, Kind::array, write);
    }

    /// An element of an array.
    void element(std::string_view value) { text({}, value); }
    template <class Write>
    void object_element(Write&& write) {
        nested({}, Kind::object, write);
    }

    void close() { out_ += kind_ == Kind::object ? '}' : ']'; }

  private:
    void begin(std::string_view name) {
        if (!is_first_) out_ += ',';
        is_first_ = false;
        if (kind_ == Kind::array) return;
        out_ += '"';
        out_ += name;
        out_ += "\":";
    }
    template <class Write>
    void nested(std::string_view name, Kind kind, Write& write) {
        begin(name);
        JsonWriter inner(out_, kind);
        write(inner);
        inner.close();
    }

    std::string& out_;
    Kind kind_;
    bool is_first_ = true;
};

}  // namespace codencollab::gateway
