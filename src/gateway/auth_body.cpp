#include "gateway/auth_body.h"

#include "wire/json_text.h"

#include <utility>

namespace codencollab::gateway {

namespace json = boost::json;

namespace {

/// False when the field is there and no text.
bool read_text(const json::object& body, std::string_view name, std::optional<std::string>& text) {
    const json::value* value = body.if_contains(name);
    if (value == nullptr || value->is_null()) return true;
    if (!value->is_string()) return false;
    text = std::string(std::string_view(value->get_string()));
    return true;
}

}  // namespace

std::optional<AuthBody> parse_auth_body(std::string_view text) {
    const auto value = wire::parse_json(text);
    if (!value || !value->is_object()) return std::nullopt;
    const json::object& object = value->get_object();
    AuthBody body;
    const bool are_texts = read_text(object, "email", body.email) &&
                           read_text(object, "password", body.password) &&
                           read_text(object, "phone", body.phone) &&
                           read_text(object, "refresh_token", body.refresh_token);
    if (!are_texts) return std::nullopt;
    if (const json::value* data = object.if_contains("data"); data != nullptr && !data->is_null()) {
        if (!data->is_object()) return std::nullopt;
        body.data = data->get_object();
    }
    return body;
}

}  // namespace codencollab::gateway
