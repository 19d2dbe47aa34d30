#include "identity/token_form.h"

#include "identity/base64url.h"
#include "identity/strict_json.h"

#include <algorithm>
#include <cstddef>

namespace codencollab::identity {

namespace json = boost::json;

namespace {

constexpr std::size_t token_bytes_max = 8 << 10;
constexpr std::size_t header_bytes_max = 1 << 10;
constexpr std::size_t kid_bytes_max = 128;
constexpr std::size_t depth_max = 16;
constexpr std::size_t es256_signature_bytes = 64;
constexpr std::size_t hs256_signature_bytes = 32;

std::unexpected<std::string_view> refuse(std::string_view reason) {
    return std::unexpected(reason);
}

std::optional<std::array<std::string_view, 3>> split(std::string_view token) {
    const std::size_t first = token.find('.');
    if (first == std::string_view::npos) return std::nullopt;
    const std::size_t second = token.find('.', first + 1);
    if (second == std::string_view::npos) return std::nullopt;
    if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    return std::array{
        token.substr(0, first),
        token.substr(first + 1, second - first - 1),
        token.substr(second + 1)};
}

const json::string* text_at(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_string();
}

bool is_jwt(std::string_view type) {
    return std::ranges::equal(type, std::string_view("jwt"), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

std::expected<TokenHeader, std::string_view> read_header(const json::object& header) {
    // Each of these would change where the key comes from or how the rest is read.
    for (const char* name : {"crit", "b64", "zip", "enc", "jku", "jwk", "x5u", "x5c"}) {
        if (header.contains(name)) return refuse("a header that is not taken");
    }
    TokenHeader read;
    const json::string* algorithm = text_at(header, "alg");
    if (algorithm == nullptr || (*algorithm != "ES256" && *algorithm != "HS256")) {
        return refuse("algorithm");
    }
    read.algorithm = std::string_view(*algorithm);
    if (header.contains("typ")) {
        const json::string* type = text_at(header, "typ");
        if (type == nullptr || !is_jwt(*type)) return refuse("type");
    }
    if (header.contains("kid")) {
        const json::string* kid = text_at(header, "kid");
        if (kid == nullptr || kid->size() > kid_bytes_max) return refuse("kid");
        read.kid = std::string_view(*kid);
    }
    return read;
}

bool is_zero(std::string_view bytes) {
    return std::ranges::all_of(bytes, [](char byte) { return byte == 0; });
}

/// What the library could judge by itself as well; a signature of another form never reaches it.
bool has_form_of(std::string_view signature, std::string_view algorithm) {
    if (algorithm == "HS256") return signature.size() == hs256_signature_bytes;
    return signature.size() == es256_signature_bytes && !is_zero(signature.substr(0, 32)) &&
           !is_zero(signature.substr(32));
}

}  // namespace

std::expected<TokenForm, std::string_view> parse_token(std::string_view token) {
    if (token.size() > token_bytes_max) return refuse("too long");
    const auto parts = split(token);
    if (!parts) return refuse("not three parts");
    const auto header_text = from_base64url((*parts)[0]);
    const auto payload_text = from_base64url((*parts)[1]);
    auto signature = from_base64url((*parts)[2]);
    if (!header_text || !payload_text || !signature) return refuse("not base64url");

    if (header_text->size() > header_bytes_max) return refuse("header too long");
    const auto header_object = parse_strict_object(*header_text, depth_max);
    if (!header_object) return refuse("header is no object");
    auto header = read_header(*header_object);
    if (!header) return refuse(header.error());
    if (!has_form_of(*signature, header->algorithm)) return refuse("form of the signature");

    auto payload = parse_strict_object(*payload_text, depth_max);
    if (!payload) return refuse("payload is no object");
    return TokenForm{
        .header = *std::move(header),
        .payload = *std::move(payload),
        .signature = *std::move(signature)};
}

}  // namespace codencollab::identity
