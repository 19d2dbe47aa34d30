#include "values.h"

#include "base/utf.h"
#include "wire/base64.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <stdexcept>
#include <string>

namespace codencollab::crdt::vectors {
namespace {

namespace json = boost::json;

json::value number(double value) {
    if (std::isnan(value)) return json::object{{"$number", "NaN"}};
    if (std::isinf(value)) return json::object{{"$number", value > 0 ? "Infinity" : "-Infinity"}};
    if (value == 0 && std::signbit(value)) return json::object{{"$number", "-0"}};
    return value;
}

json::value first_value(std::string_view any) {
    lib0::Reader reader(any);
    return any_value(reader);
}

std::string_view type_name(TypeKind kind) {
    switch (kind) {
        case TypeKind::array:
            return "Array";
        case TypeKind::map:
            return "Map";
        case TypeKind::text:
            return "Text";
        case TypeKind::xml_element:
            return "XmlElement";
        case TypeKind::xml_fragment:
            return "XmlFragment";
        case TypeKind::xml_hook:
            return "XmlHook";
        case TypeKind::xml_text:
            return "XmlText";
        case TypeKind::root:
            return "root";
    }
    return "unknown";
}

/// The values that one content stands for, as Yjs' getContent() gives them.
json::array values_of(const SharedType& owner, const ContentView& content) {
    switch (content.kind) {
        case Kind::any:
        case Kind::json: {
            json::array values;
            lib0::Reader reader(content.bytes);
            for (std::uint32_t i = 0; i < content.length; ++i)
                values.push_back(any_value(reader));
            if (reader.failed() || !reader.at_end()) {
                throw std::runtime_error("values are not as many as their content is long");
            }
            return values;
        }
        case Kind::string:
            return {json::string(content.bytes)};
        case Kind::embed:
            return {first_value(content.bytes)};
        case Kind::binary:
            return {json::object{{"$bytes", wire::base64_encoded(content.bytes)}}};
        case Kind::subdocument:
            return {json::object{{"$doc", json::string(content.name)}}};
        case Kind::type: {
            const SharedType nested = owner.nested(content);
            return {
                json::object{{"$type", type_name(nested.kind())}, {"value", type_value(nested)}}};
        }
        case Kind::format:
        case Kind::deleted:
        case Kind::gc:
        case Kind::skip:
            break;
    }
    return {};
}

json::object entries_of(const SharedType& type) {
    json::object entries;
    type.for_each_entry([&](std::string_view key, const ContentView& content) {
        const std::string name(key);
        const json::array values = values_of(type, content);
        if (entries.contains(name)) throw std::runtime_error("two entries of one key");
        entries[name] = values.empty() ? json::object{{"$undefined", true}} : values.back();
    });
    return entries;
}

json::array items_of(const SharedType& type) {
    json::array items;
    type.for_each([&](const ContentView& content) {
        for (json::value& value : values_of(type, content))
            items.push_back(std::move(value));
    });
    return items;
}

/// Yjs' toDelta(): runs of text with the formats in effect.
class Delta {
  public:
    explicit Delta(const SharedType& text) : text_(text) {}

    void add(const ContentView& content) {
        switch (content.kind) {
            case Kind::string:
                run_ += content.bytes;
                whole_ += content.bytes;
                break;
            case Kind::embed:
            case Kind::type:
                end_run();
                push(values_of(text_, content).front());
                break;
            case Kind::format: {
                end_run();
                json::value value = first_value(content.bytes);
                if (value.is_null()) {
                    formats_.erase(std::string(content.name));
                } else {
                    formats_[std::string(content.name)] = std::move(value);
                }
                break;
            }
            default:
                break;
        }
    }

    void end_run() {
        if (!run_.empty()) push(json::string(std::exchange(run_, {})));
    }

    json::array operations;
    const std::string& whole() const { return whole_; }

  private:
    void push(json::value insert) {
        json::object operation{{"insert", std::move(insert)}};
        if (!formats_.empty()) {
            json::object attributes;
            for (const auto& [key, value] : formats_)
                attributes[key] = value;
            operation["attributes"] = std::move(attributes);
        }
        operations.push_back(std::move(operation));
    }

    const SharedType& text_;
    std::string run_;
    std::string whole_;
    std::map<std::string, json::value> formats_;
};

json::object text_value(const SharedType& type) {
    Delta delta(type);
    type.for_each([&](const ContentView& content) { delta.add(content); });
    delta.end_run();
    if (Text(type).to_string() != delta.whole()) {
        throw std::runtime_error("a text's string is not that of its contents");
    }
    json::object out{
        {"text", delta.whole()}, {"length", type.length()}, {"delta", std::move(delta.operations)}};
    if (json::object attributes = entries_of(type); !attributes.empty()) {
        out["attributes"] = std::move(attributes);
    }
    return out;
}

}  // namespace

json::value any_value(lib0::Reader& reader) {
    switch (reader.byte()) {
        case 127:
            return json::object{{"$undefined", true}};
        case 126:
            return nullptr;
        case 125: {
            const lib0::VarInt value = reader.var_int();
            const auto magnitude = static_cast<double>(value.magnitude);
            return number(value.negative ? -magnitude : magnitude);
        }
        case 124:
            return number(std::bit_cast<float>(reader.big_endian<std::uint32_t>()));
        case 123:
            return number(std::bit_cast<double>(reader.big_endian<std::uint64_t>()));
        case 122: {
            const auto value = static_cast<std::int64_t>(reader.big_endian<std::uint64_t>());
            return json::object{{"$bigint", std::to_string(value)}};
        }
        case 121:
            return false;
        case 120:
            return true;
        case 119:
            return json::string(reader.var_string());
        case 118: {
            json::object object;
            for (std::uint64_t n = reader.var_uint(); n > 0 && !reader.failed(); --n) {
                const std::string key(reader.var_string());
                object[key] = any_value(reader);
            }
            return object;
        }
        case 117: {
            json::array array;
            for (std::uint64_t n = reader.var_uint(); n > 0 && !reader.failed(); --n) {
                array.push_back(any_value(reader));
            }
            return array;
        }
        case 116:
            return json::object{{"$bytes", wire::base64_encoded(reader.var_bytes())}};
        default:
            throw std::runtime_error("not a value in lib0's any form");
    }
}

json::object type_value(const SharedType& type) {
    switch (type.kind()) {
        case TypeKind::text:
        case TypeKind::xml_text:
            return text_value(type);
        case TypeKind::xml_hook:
            return {{"hook", json::string(type.node_name())}, {"entries", entries_of(type)}};
        case TypeKind::xml_element:
            return {
                {"name", json::string(type.node_name())},
                {"attributes", entries_of(type)},
                {"children", items_of(type)}};
        case TypeKind::xml_fragment:
            return {{"children", items_of(type)}};
        case TypeKind::map:
            return {{"entries", entries_of(type)}};
        case TypeKind::array:
        case TypeKind::root:
            return {{"items", items_of(type)}};
    }
    return {};
}

json::object root_value(Document& document, std::string_view name, std::string_view kind) {
    const SharedType root = document.root(name);
    json::object out;
    if (kind == "text") out = text_value(root);
    if (kind == "map") out = {{"entries", entries_of(root)}};
    if (kind == "array") out = {{"items", items_of(root)}};
    if (kind == "xml") out = {{"children", items_of(root)}};
    out["kind"] = json::string(kind);
    return out;
}

json::value with_pairs_cut(const json::value& value) {
    if (const json::string* text = value.if_string()) {
        std::u16string units = to_utf16(*text);
        for (char16_t& unit : units) {
            if (unit >= 0xD800 && unit <= 0xDFFF) unit = 0xFFFD;
        }
        return json::string(to_utf8(units));
    }
    if (const json::array* array = value.if_array()) {
        json::array out;
        for (const json::value& item : *array)
            out.push_back(with_pairs_cut(item));
        return out;
    }
    if (const json::object* object = value.if_object()) {
        json::object out;
        for (const auto& [key, item] : *object)
            out[key] = with_pairs_cut(item);
        return out;
    }
    return value;
}

bool same_value(const json::value& left, const json::value& right) {
    if (left.is_number() && right.is_number()) {
        // Boost.JSON reads decimal digits to within an ulp; equal bytes are checked elsewhere.
        const double a = left.to_number<double>();
        const double b = right.to_number<double>();
        return a == b || std::abs(a - b) <= 4e-16 * std::max(std::abs(a), std::abs(b));
    }
    if (left.kind() != right.kind()) return false;
    if (const json::array* a = left.if_array()) {
        const json::array& b = right.get_array();
        return std::ranges::equal(*a, b, same_value);
    }
    if (const json::object* a = left.if_object()) {
        const json::object& b = right.get_object();
        return a->size() == b.size() && std::ranges::all_of(*a, [&](const auto& pair) {
                   const json::value* other = b.if_contains(pair.key());
                   return other && same_value(pair.value(), *other);
               });
    }
    return left == right;
}

}  // namespace codencollab::crdt::vectors
