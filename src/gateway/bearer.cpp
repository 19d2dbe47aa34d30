#include "gateway/bearer.h"

#include <algorithm>
#include <string_view>

namespace codencollab::gateway {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

Result<std::string> bearer_token(const net::HttpRequest& request) {
    const auto count = std::ranges::count_if(request.headers, [](const auto& field) {
        return equal_ignoring_case(field.first, "authorization");
    });
    if (count == 0) return fail(ErrorCode::missing_token, "Sign in first: this needs a token.");
    const auto invalid = [] { return fail(ErrorCode::invalid_token, "Invalid token"); };
    if (count > 1) return invalid();

    constexpr std::string_view scheme = "bearer ";
    std::string_view value = request.headers.get("authorization");
    if (value.size() < scheme.size() ||
        !equal_ignoring_case(value.substr(0, scheme.size()), scheme)) {
        return invalid();
    }
    value.remove_prefix(scheme.size());
    if (value.empty() || value.find_first_of(" ,\t") != std::string_view::npos) return invalid();
    return std::string(value);
}

}  // namespace codencollab::gateway
