#include "identity/token_verifier.h"

#include "base/random.h"
#include "identity/base64url.h"
#include "support/manual_clock.h"
#include "support/token_maker.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace codencollab::identity {
namespace {

namespace json = boost::json;

constexpr std::string_view issuer = "http://127.0.0.1:8000/auth/v1";
constexpr std::string_view secret = "a-secret-of-at-least-thirty-two-characters";
constexpr long long now = 1767225600;  // where ManualClock starts
constexpr std::string_view user_id = "3f2c1d5e-7a4b-4c8d-9e0f-112233445566";
constexpr std::string_view session_id = "0a1b2c3d-4e5f-4a6b-8c7d-8e9fa0b1c2d3";

json::object good_claims() {
    return {
        {"iss", issuer},
        {"sub", user_id},
        {"aud", "authenticated"},
        {"exp", now + 3600},
        {"iat", now},
        {"email", "ada@example.com"},
        {"user_metadata", json::object{{"name", "Ada"}}},
        {"role", "authenticated"},
        {"session_id", session_id},
        {"is_anonymous", false}};
}

json::object with(std::string_view name, json::value value) {
    json::object claims = good_claims();
    claims[name] = std::move(value);
    return claims;
}

json::object without(std::string_view name) {
    json::object claims = good_claims();
    claims.erase(name);
    return claims;
}

/// Our issuer's key pair and somebody else's; both verifiers on one clock.
class Tokens : public testing::Test {
  protected:
    Tokens() {
        TokenKeys public_keys;
        public_keys.es256.try_emplace(kid_, ours_);
        by_key_.emplace(std::string(issuer), std::move(public_keys), clock_);
        TokenKeys secret_key;
        secret_key.hs256 = Jwk::from_secret(secret);
        by_secret_.emplace(std::string(issuer), std::move(secret_key), clock_);
    }

    std::string sign(const json::object& claims) const {
        return sign_es256(ours_, kid_, json::serialize(claims));
    }
    TokenMaker maker(std::string_view algorithm) const {
        return {
            .header = {{"alg", algorithm}, {"typ", "JWT"}, {"kid", kid_}},
            .payload = good_claims(),
            .raw_header = {},
            .raw_payload = {}};
    }
    static std::string hs256(const json::object& claims) {
        return TokenMaker{
            .header = {{"alg", "HS256"}, {"typ", "JWT"}},
            .payload = claims,
            .raw_header = {},
            .raw_payload = {}}
            .hs256(secret);
    }
    bool by_key(std::string_view token) const { return by_key_->verify(token).has_value(); }
    bool by_secret(std::string_view token) const { return by_secret_->verify(token).has_value(); }

    ManualClock clock_;
    Jwk ours_ = *Jwk::make_p256();
    Jwk theirs_ = *Jwk::make_p256();
    std::string kid_ = ours_.thumbprint();
    std::optional<TokenVerifier> by_key_;
    std::optional<TokenVerifier> by_secret_;
};

TEST_F(Tokens, SayWhoSomebodyIs) {
    const auto claims = by_key_->verify(sign(good_claims()));
    ASSERT_TRUE(claims) << claims.error().reason;
    EXPECT_EQ(claims->user.view(), user_id);
    EXPECT_EQ(claims->name, "Ada");
    EXPECT_FALSE(claims->is_guest);
    EXPECT_EQ(claims->expires_at, clock_.wall_now() + std::chrono::hours(1));
    ASSERT_TRUE(claims->session);
    EXPECT_EQ(claims->session->view(), session_id);
    EXPECT_TRUE(by_secret(hs256(good_claims())));
}

TEST_F(Tokens, OfGuestsSaySo) {
    EXPECT_TRUE(by_key_->verify(sign(with("is_anonymous", true)))->is_guest);
}

TEST_F(Tokens, AreNamedByTheEmailWithoutAName) {
    EXPECT_EQ(by_key_->verify(sign(without("user_metadata")))->name, "ada");
    json::object nameless = without("user_metadata");
    nameless.erase("email");
    EXPECT_EQ(by_key_->verify(sign(nameless))->name, "Guest");
}

// The rows of the table "Tokens that must be refused", by their numbers.

TEST_F(Tokens, WithoutASignatureAreRefused) {  // 1 to 3
    for (const char* none : {"none", "None", "NONE", "nOnE"}) {
        EXPECT_FALSE(by_key(maker(none).body() + ".")) << none;
        EXPECT_FALSE(by_secret(maker(none).body() + ".")) << none;
        EXPECT_FALSE(by_secret(maker(none).hs256(secret))) << none;
    }
    const std::string token = sign(good_claims());
    EXPECT_FALSE(by_key(token.substr(0, token.rfind('.') + 1)));
    EXPECT_FALSE(by_key(token.substr(0, token.rfind('.'))));
}

TEST_F(Tokens, SignedWithThePublicKeyAsASecretAreRefused) {  // 4
    const std::string jwk = ours_.to_jwks_entry();
    const json::value key = json::parse(jwk);
    const std::string x(std::string_view(key.at("x").as_string()));
    const std::string y(std::string_view(key.at("y").as_string()));
    const std::string point = '\x04' + *from_base64url(x) + *from_base64url(y);
    for (const std::string& guess : {jwk, x, y, point, kid_}) {
        EXPECT_FALSE(by_key(maker("HS256").hs256(guess)));
    }
    TokenKeys both;  // a project that moves: the secret counts for HS256, and nothing else does
    both.es256.try_emplace(kid_, ours_);
    both.hs256 = Jwk::from_secret(secret);
    const TokenVerifier moving(std::string(issuer), std::move(both), clock_);
    EXPECT_FALSE(moving.verify(maker("HS256").hs256(jwk)));
    EXPECT_TRUE(moving.verify(maker("HS256").hs256(secret)));
    EXPECT_TRUE(moving.verify(sign(good_claims())));
}

TEST_F(Tokens, SignedWithAGuessedSecretAreRefused) {  // 5 and 6
    for (const std::string_view guess : {"", "embedded", "http://127.0.0.1:8000", "secret"}) {
        EXPECT_FALSE(by_secret(maker("HS256").hs256(guess))) << guess;
    }
}

TEST_F(Tokens, OfAnotherAlgorithmAreRefused) {  // 7 and 8
    for (const char* algorithm : {"HS384", "HS512", "RS256", "ES384", "PS256", "EdDSA", "es256"}) {
        EXPECT_FALSE(by_secret(maker(algorithm).hs256(secret))) << algorithm;
        EXPECT_FALSE(by_key(maker(algorithm).with_signature(std::string(64, 'x')))) << algorithm;
        EXPECT_FALSE(by_key(maker(algorithm).with_signature(std::string(256, 'x')))) << algorithm;
    }
    EXPECT_FALSE(by_secret(sign(good_claims())));
    EXPECT_FALSE(by_key(hs256(good_claims())));
}

TEST_F(Tokens, WithASignatureOfTheWrongFormAreRefused) {  // 9 and 10
    const std::string order = *from_base64url("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");  // n
    const std::string zero(32, '\0');
    const std::string one = std::string(31, '\0') + '\x01';
    for (const std::string& signature :
         {zero + zero,
          zero + one,
          one + zero,
          order + one,
          one + order,
          order + order,
          one + one}) {
        EXPECT_FALSE(by_key(maker("ES256").with_signature(signature)));
    }
    // A right one, as DER: what OpenSSL itself would write.
    const std::string token = sign(good_claims());
    const std::string raw = *from_base64url(token.substr(token.rfind('.') + 1));
    const auto* bytes = reinterpret_cast<const unsigned char*>(raw.data());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(
        ECDSA_SIG_new(), &ECDSA_SIG_free);
    ECDSA_SIG_set0(pair.get(), BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
    std::string der(static_cast<std::size_t>(i2d_ECDSA_SIG(pair.get(), nullptr)), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_ECDSA_SIG(pair.get(), &out);
    EXPECT_TRUE(by_key(token.substr(0, token.rfind('.') + 1) + to_base64url(raw)));
    EXPECT_FALSE(by_key(token.substr(0, token.rfind('.') + 1) + to_base64url(der)));
}

TEST_F(Tokens, SignedByAnotherKeyAreRefused) {  // 11
    EXPECT_FALSE(by_key(sign_es256(theirs_, kid_, json::serialize(good_claims()))));
}

TEST_F(Tokens, ThatBringOrNameTheirOwnKeyAreRefused) {  // 12, 13, 30, 39
    const json::value key = json::parse(theirs_.to_jwks_entry());
    const std::vector<std::pair<const char*, json::value>> headers = {
        {"jwk", key},
        {"jku", "https://evil.example/jwks.json"},
        {"x5u", "https://evil.example/cert.pem"},
        {"x5c", json::array{"MIIB"}},
        {"crit", json::array{"exp"}},
        {"b64", false},
        {"zip", "DEF"},
        {"enc", "A256GCM"}};
    for (const auto& [name, value] : headers) {
        TokenMaker token = maker("HS256");
        EXPECT_TRUE(by_secret(token.hs256(secret)));
        token.header[name] = value;
        EXPECT_FALSE(by_secret(token.hs256(secret))) << name;
    }
}

TEST_F(Tokens, WithAKidThatIsNoneOfOursAreRefused) {  // 14 to 16
    const std::string claims = json::serialize(good_claims());
    for (const std::string& kid :
         {std::string("unknown"),
          std::string("../../dev/null"),
          std::string("' or 1=1 --"),
          std::string(10 << 10, 'k')}) {
        EXPECT_FALSE(by_key(sign_es256(ours_, kid, claims))) << kid.substr(0, 20);
    }
    TokenMaker token = maker("HS256");
    EXPECT_TRUE(by_secret(token.hs256(secret)));  // where a secret signs, it says nothing
    token.header["kid"] = 5;
    EXPECT_FALSE(by_secret(token.hs256(secret)));
    token.header["kid"] = std::string(129, 'k');
    EXPECT_FALSE(by_secret(token.hs256(secret)));
    TokenMaker kidless = maker("ES256");
    kidless.header.erase("kid");
    EXPECT_FALSE(by_key(kidless.with_signature(std::string(64, 'x'))));
}

TEST_F(Tokens, ChangedAfterSigningAreRefused) {  // 17 and 18
    const std::string token = sign(good_claims());
    const std::size_t first = token.find('.');
    const std::size_t second = token.rfind('.');
    TokenMaker changed = maker("ES256");
    changed.payload["sub"] = session_id;
    EXPECT_FALSE(by_key(changed.body() + token.substr(second)));
    changed = maker("ES256");
    changed.header["typ"] = "jwt";
    EXPECT_FALSE(by_key(to_base64url(json::serialize(changed.header)) + token.substr(first)));
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string other = token;
        other[i] = other[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(by_key(other)) << i;
    }
}

TEST_F(Tokens, AreRefusedFromTheSecondInWhichTheyExpire) {  // 19
    const std::string token = sign(with("exp", now + 10));
    clock_.advance(std::chrono::milliseconds(9'999));
    EXPECT_TRUE(by_key(token));
    clock_.advance(std::chrono::milliseconds(1));
    const auto refused = by_key_->verify(token);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, TokenRefusal::Kind::expired);
}

struct Claims {
    const char* name;
    json::object claims;
};
void PrintTo(const Claims& claims, std::ostream* out) {
    *out << claims.name;
}

class RefusedClaims : public Tokens, public testing::WithParamInterface<Claims> {};
TEST_P(RefusedClaims, AreRefused) {
    EXPECT_FALSE(by_key(sign(GetParam().claims)));
    EXPECT_FALSE(by_secret(hs256(GetParam().claims)));
}
INSTANTIATE_TEST_SUITE_P(
    Table,
    RefusedClaims,
    testing::Values(
        Claims{"19 expired", with("exp", now - 1)},
        Claims{"20 no exp", without("exp")},
        Claims{"20 exp as text", with("exp", "9999999999")},
        Claims{"20 exp null", with("exp", nullptr)},
        Claims{"20 exp negative", with("exp", -1)},
        Claims{"20 exp past 2^53", with("exp", 9007199254740992.0)},
        Claims{"20 exp an array", with("exp", json::array{now + 3600})},
        Claims{"21 nbf", with("nbf", now + 31)},
        Claims{"21 nbf as text", with("nbf", "0")},
        Claims{"22 iat", with("iat", now + 31)},
        Claims{"22 iat null", with("iat", nullptr)},
        Claims{"23 ten years", with("exp", now + 315360000LL)},
        Claims{"24 another project", with("iss", "https://abc.supabase.co/auth/v1")},
        Claims{"24 trailing slash", with("iss", "http://127.0.0.1:8000/auth/v1/")},
        Claims{"24 no iss", without("iss")},
        Claims{"24 iss a list", with("iss", json::array{issuer})},
        Claims{"25 anon", with("aud", "anon")},
        Claims{"25 no aud", without("aud")},
        Claims{"25 empty list", with("aud", json::array{})},
        Claims{"25 with a space", with("aud", "authenticated ")},
        Claims{"25 others", with("aud", json::array{"other"})},
        Claims{"25 nested", with("aud", json::array{json::array{"authenticated"}})},
        Claims{"26 the anon key", {{"iss", issuer}, {"role", "anon"}, {"exp", now + 3600}}},
        Claims{"27 service_role", with("role", "service_role")},
        Claims{"27 supabase_admin", with("role", "supabase_admin")},
        Claims{"27 anon", with("role", "anon")},
        Claims{"27 role null", with("role", nullptr)},
        Claims{"28 no sub", without("sub")},
        Claims{"28 empty sub", with("sub", "")},
        Claims{"28 no UUID", with("sub", "ada")},
        Claims{"28 a number", with("sub", 5)},
        Claims{"28 upper case", with("sub", "3F2C1D5E-7A4B-4C8D-9E0F-112233445566")}));

class TakenClaims : public Tokens, public testing::WithParamInterface<Claims> {};
TEST_P(TakenClaims, AreTaken) {
    EXPECT_TRUE(by_key(sign(GetParam().claims)));
    EXPECT_TRUE(by_secret(hs256(GetParam().claims)));
}
INSTANTIATE_TEST_SUITE_P(
    Table,
    TakenClaims,
    testing::Values(
        Claims{"aud in a list", with("aud", json::array{"other", "authenticated"})},
        Claims{"an unknown claim", with("favourite", json::object{{"colour", "blue"}})},
        Claims{"exp with a fraction", with("exp", static_cast<double>(now) + 3600.5)},
        Claims{"nbf 29 s ahead", with("nbf", now + 29)},
        Claims{"iat 29 s ahead", with("iat", now + 29)},
        Claims{"no iat", without("iat")},
        Claims{"no role", without("role")},
        Claims{"seven days", with("exp", now + 604800)},
        Claims{"metadata that is no object", with("user_metadata", "Ada")}));

struct RawPart {
    const char* name;
    std::string header;
    std::string payload;
};
void PrintTo(const RawPart& part, std::ostream* out) {
    *out << part.name;
}

std::string text(const json::object& object) {
    return json::serialize(object);
}

std::string beside(std::string member) {
    const std::string claims = text(good_claims());
    return claims.substr(0, claims.size() - 1) + "," + std::move(member) + "}";
}

class RefusedParts : public Tokens, public testing::WithParamInterface<RawPart> {};
TEST_P(RefusedParts, AreRefused) {  // rightly signed, so that only the form is wrong
    const TokenMaker token{
        .header = {},
        .payload = {},
        .raw_header = GetParam().header,
        .raw_payload = GetParam().payload};
    EXPECT_FALSE(by_secret(token.hs256(secret)));
}
constexpr auto plain = R"({"alg":"HS256"})";
INSTANTIATE_TEST_SUITE_P(
    Table,
    RefusedParts,
    testing::Values(
        RawPart{"20 exp: 1e400", plain, beside(R"("exp":1e400)")},
        RawPart{"29 sub twice", plain, beside(R"("sub":"3f2c1d5e-7a4b-4c8d-9e0f-112233445566")")},
        RawPart{"29 a key twice, spelled apart", plain, beside(R"("s\u0075b":"x")")},
        RawPart{"29 alg twice", R"({"alg":"HS256","alg":"HS256"})", text(good_claims())},
        RawPart{"34 payload an array", plain, "[1]"},
        RawPart{"34 payload a text", plain, R"("text")"},
        RawPart{"34 payload not UTF-8", plain, beside("\"x\":\"\xff\"")},
        RawPart{"34 something behind it", plain, text(good_claims()) + "{}"},
        RawPart{"35 at+jwt", R"({"alg":"HS256","typ":"at+jwt"})", text(good_claims())},
        RawPart{"35 typ: 5", R"({"alg":"HS256","typ":5})", text(good_claims())},
        RawPart{"36 deep", plain, beside(R"("x":)" + std::string(20, '[') + std::string(20, ']'))},
        RawPart{"36 very deep", plain, std::string(5'000, '[')},
        RawPart{
            "36 long header",
            R"({"alg":"HS256","x":")" + std::string(1024, 'x') + "\"}",
            text(good_claims())},
        RawPart{"alg missing", "{}", text(good_claims())},
        RawPart{"alg a number", R"({"alg":256})", text(good_claims())},
        RawPart{"header an array", R"(["HS256"])", text(good_claims())}));

TEST_F(Tokens, OfAnotherFormAreRefused) {  // 31, 32, 33, 36, 37
    const std::string token = hs256(good_claims());
    const std::size_t second = token.rfind('.');
    ASSERT_TRUE(by_secret(token));
    EXPECT_FALSE(by_secret(""));
    EXPECT_FALSE(by_secret("."));
    EXPECT_FALSE(by_secret(".."));
    EXPECT_FALSE(by_secret(token.substr(0, second)));
    EXPECT_FALSE(by_secret(token + ".x"));
    EXPECT_FALSE(by_secret(token + ".x.y"));
    EXPECT_FALSE(by_secret(token + "="));
    EXPECT_FALSE(by_secret(token + "\n"));
    EXPECT_FALSE(by_secret(" " + token));
    EXPECT_FALSE(by_secret(token.substr(0, 10) + "\n" + token.substr(10)));
    EXPECT_FALSE(by_secret(R"({"payload":"x","protected":"y","signature":"z"})"));
    EXPECT_FALSE(by_secret(token + std::string(100 << 10, 'A')));
    EXPECT_FALSE(by_secret("YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh"));  // a refresh token
}

TEST_F(Tokens, InAnotherSpellingOfTheSameBytesAreRefused) {  // 32
    // 32 bytes are 43 characters, whose last has two bits that say nothing.
    const std::string token = hs256(good_claims());
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int accepted = 0;
    for (const char last : alphabet) {
        accepted += by_secret(token.substr(0, token.size() - 1) + last) ? 1 : 0;
    }
    EXPECT_EQ(accepted, 1);
    std::string other = token;
    for (char& c : other)
        c = c == '-' ? '+' : c == '_' ? '/' : c;
    EXPECT_EQ(by_secret(other), other == token);
}

TEST(Jwk, OfAnyKeyHasCoordinatesOf32Bytes) {
    for (int i = 0; i < 300; ++i) {  // one key in 256 has a coordinate with a leading zero
        const json::value entry = json::parse(Jwk::make_p256()->to_jwks_entry());
        EXPECT_EQ(entry.at("x").as_string().size(), 43U);
        EXPECT_EQ(entry.at("y").as_string().size(), 43U);
        EXPECT_FALSE(entry.as_object().contains("d"));
    }
}

TEST(Jwk, HasTheThumbprintOfRfc7638) {
    // From another implementation (npm jose): the key of RFC 7515, A.3.
    const auto key = Jwk::parse_p256(
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
        R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
    ASSERT_TRUE(key);
    EXPECT_EQ(key->thumbprint(), "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U");
}

TEST(Jwk, TakesTheExampleOfRfc7515) {  // A.3: another implementation's signature
    const auto key = Jwk::parse_p256(
        R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
        R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})");
    EXPECT_TRUE(is_signed_by(
        "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa"
        "8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        *key));
}

}  // namespace
}  // namespace codencollab::identity
