#include "identity/jwk.h"

#include "identity/base64url.h"

#include <boost/json.hpp>
#include <cjose/cjose.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sodium.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace codencollab::identity {

namespace json = boost::json;

namespace {

struct ReleaseHeader {
    void operator()(cjose_header_t* header) const { cjose_header_release(header); }
};
struct ReleaseJws {
    void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};
using Header = std::unique_ptr<cjose_header_t, ReleaseHeader>;
using Jws = std::unique_ptr<cjose_jws_t, ReleaseJws>;

/// Text that cjose made, private parts and all: wiped before it is freed.
struct WipeAndFree {
    void operator()(char* text) const {
        OPENSSL_cleanse(text, std::strlen(text));
        cjose_get_dealloc()(text);
    }
};

std::string to_json(cjose_jwk_t* key, bool with_private_part) {
    cjose_err error{};
    const std::unique_ptr<char, WipeAndFree> text(
        cjose_jwk_to_json(key, with_private_part, &error));
    return text ? std::string(text.get()) : std::string();
}

struct Point {
    std::string x;
    std::string y;
};

Point point_of(cjose_jwk_t* key) {
    const json::value value = json::parse(to_json(key, false));
    return {
        std::string(std::string_view(value.at("x").as_string())),
        std::string(std::string_view(value.at("y").as_string()))};
}

std::string thumbprint_of(const Point& point) {
    // RFC 7638, 3.2: the required members in the order of their names, no space.
    const std::string members =
        fmt::format(R"({{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}})", point.x, point.y);
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(
        hash.data(), reinterpret_cast<const unsigned char*>(members.data()), members.size());
    return to_base64url({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

}  // namespace

Jwk::Jwk(_cjose_jwk_int* key) : key_(key, [](cjose_jwk_t* owned) { cjose_jwk_release(owned); }) {}

std::optional<Jwk> Jwk::make_p256() {
    cjose_err error{};
    cjose_jwk_t* key = cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error);
    if (key == nullptr) return std::nullopt;
    return Jwk(key);
}

std::optional<Jwk> Jwk::parse_p256(const std::string& text) {
    cjose_err error{};
    cjose_jwk_t* imported = cjose_jwk_import(text.data(), text.size(), &error);
    if (imported == nullptr) return std::nullopt;
    Jwk key(imported);
    if (cjose_jwk_get_kty(imported, &error) != CJOSE_JWK_KTY_EC) return std::nullopt;
    if (cjose_jwk_EC_get_curve(imported, &error) != CJOSE_JWK_EC_P_256) return std::nullopt;
    return key;
}

std::optional<Jwk> Jwk::from_secret(std::string_view secret) {
    cjose_err error{};
    cjose_jwk_t* key = cjose_jwk_create_oct_spec(
        reinterpret_cast<const std::uint8_t*>(secret.data()), secret.size(), &error);
    if (key == nullptr) return std::nullopt;
    return Jwk(key);
}

std::string Jwk::to_private_json() const {
    return to_json(get(), true);
}

std::string Jwk::thumbprint() const {
    return thumbprint_of(point_of(get()));
}

std::string Jwk::to_jwks_entry() const {
    const Point point = point_of(get());
    return json::serialize(json::object{
        {"kty", "EC"},
        {"crv", "P-256"},
        {"x", point.x},
        {"y", point.y},
        {"kid", thumbprint_of(point)},
        {"alg", "ES256"},
        {"use", "sig"},
        {"key_ops", json::array{"verify"}},
    });
}

std::string sign_es256(const Jwk& key, std::string_view kid, std::string_view payload) {
    cjose_err error{};
    const Header header(cjose_header_new(&error));
    if (!header) return {};
    const bool named =
        cjose_header_set(header.get(), CJOSE_HDR_ALG, CJOSE_HDR_ALG_ES256, &error) &&
        cjose_header_set(header.get(), CJOSE_HDR_KID, std::string(kid).c_str(), &error) &&
        cjose_header_set(header.get(), "typ", "JWT", &error);
    if (!named) return {};
    const Jws jws(cjose_jws_sign(
        key.get(),
        header.get(),
        reinterpret_cast<const std::uint8_t*>(payload.data()),
        payload.size(),
        &error));
    const char* compact = nullptr;  // belongs to the JWS
    if (!jws || !cjose_jws_export(jws.get(), &compact, &error)) return {};
    return compact;
}

bool is_signed_by(const std::string& token, const Jwk& key) {
    cjose_err error{};
    const Jws jws(cjose_jws_import(token.data(), token.size(), &error));
    return jws && cjose_jws_verify(jws.get(), key.get(), &error);
}

}  // namespace codencollab::identity
