#pragma once

#include <boost/json/object.hpp>

#include <array>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::identity {

/// What of a token's header counts.
struct TokenHeader {
    std::string algorithm;           // "ES256" or "HS256"
    std::optional<std::string> kid;  // at most 128 bytes
};

/// A compact token taken apart; nothing in it is proven.
struct TokenForm {
    TokenHeader header;
    boost::json::object payload;
    std::string signature;  // bytes
};

/// Takes a compact JWS apart, strictly: three parts of canonical base64url, within the limits on
/// size and depth, no key twice, no header that changes how the rest is read. The error is the
/// reason, for the log. Cost: linear in the token, which is bounded first.
std::expected<TokenForm, std::string_view> parse_token(std::string_view token);

}  // namespace codencollab::identity
