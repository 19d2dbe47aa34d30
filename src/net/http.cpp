#include "net/http.h"

#include "base/error.h"
#include "net/http_text.h"

#include <algorithm>
#include <cctype>

namespace codencollab::net {

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void HttpHeaders::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
}

void HttpHeaders::set(std::string name, std::string value) {
    std::erase_if(
        fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
    add(std::move(name), std::move(value));
}

std::string_view HttpHeaders::get(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
        if (equal_ignoring_case(key, name)) return value;
    }
    return {};
}

bool HttpHeaders::contains(std::string_view name) const {
    return std::ranges::any_of(
        fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
}

bool HttpHeaders::has_token(std::string_view name, std::string_view token) const {
    for (const auto& [key, value] : fields_) {
        if (!equal_ignoring_case(key, name)) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto comma = std::min(rest.find(','), rest.size());
            if (equal_ignoring_case(trimmed(rest.substr(0, comma)), token)) return true;
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    }
    return false;
}

std::string_view HttpRequest::parameter(std::string_view name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string_view{} : std::string_view(found->second);
}

HttpResponse HttpHandler::on_body_too_large(const HttpRequest& head) {
    return error_response(
        413, "too_large", "The body of " + head.path + " is larger than allowed.");
}

}  // namespace codencollab::net
