#include "identity/token_verifier.h"

#include "identity/display_name.h"
#include "identity/token_form.h"

#include <boost/json/array.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace codencollab::identity {

namespace json = boost::json;

namespace {

constexpr double leeway_s = 30;  // for clocks that are ahead: nbf and iat, never exp
constexpr double lifetime_max_s = 7 * 24 * 3600;
constexpr double number_end = 9007199254740992.0;  // 2^53

using Refused = std::unexpected<TokenRefusal>;

Refused refuse(std::string_view reason) {
    return std::unexpected(TokenRefusal{TokenRefusal::Kind::invalid, reason});
}

enum class NumberState { absent, good, bad };
struct NumberClaim {
    NumberState state = NumberState::absent;
    double value = 0;
};

/// Seconds since 1970; a fraction is allowed.
NumberClaim read_number(const json::object& claims, std::string_view name) {
    const json::value* value = claims.if_contains(name);
    if (value == nullptr) return {};
    if (!value->is_number()) return {NumberState::bad, 0};
    const auto number = value->to_number<double>();
    if (!std::isfinite(number) || number < 0 || number >= number_end) return {NumberState::bad, 0};
    return {NumberState::good, number};
}

const json::string* text_at(const json::object& claims, std::string_view name) {
    const json::value* value = claims.if_contains(name);
    return value == nullptr ? nullptr : value->if_string();
}

std::expected<double, TokenRefusal> check_times(const json::object& claims, double now) {
    const NumberClaim expires = read_number(claims, "exp");
    const NumberClaim not_before = read_number(claims, "nbf");
    const NumberClaim issued = read_number(claims, "iat");
    if (expires.state != NumberState::good) return refuse("exp");
    if (now >= expires.value) {
        return std::unexpected(TokenRefusal{TokenRefusal::Kind::expired, "expired"});
    }
    if (not_before.state == NumberState::bad || not_before.value > now + leeway_s) {
        return refuse("nbf");
    }
    if (issued.state == NumberState::bad || issued.value > now + leeway_s) return refuse("iat");
    const double start = issued.state == NumberState::good ? issued.value : now;
    if (expires.value - start > lifetime_max_s) return refuse("lives too long");
    return expires.value;
}

bool is_for_us(const json::object& claims) {
    const json::value* audience = claims.if_contains("aud");
    if (audience == nullptr) return false;
    if (const json::string* one = audience->if_string()) return *one == "authenticated";
    const json::array* many = audience->if_array();
    return many != nullptr && std::ranges::any_of(*many, [](const json::value& one) {
               return one.is_string() && one.get_string() == "authenticated";
           });
}

bool has_our_role(const json::object& claims) {
    if (!claims.contains("role")) return true;
    const json::string* role = text_at(claims, "role");
    return role != nullptr && *role == "authenticated";
}

std::string name_in(const json::object& claims) {
    std::string_view email;
    std::string_view name;
    if (const json::string* text = text_at(claims, "email")) email = *text;
    if (const json::value* metadata = claims.if_contains("user_metadata")) {
        if (const json::object* object = metadata->if_object()) {
            if (const json::string* text = text_at(*object, "name")) name = *text;
        }
    }
    return display_name(name, email);
}

bool is_true(const json::object& claims, std::string_view name) {
    const json::value* value = claims.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

double to_seconds(WallTime time) {
    return std::chrono::duration<double>(time.time_since_epoch()).count();
}

WallTime from_seconds(double seconds) {
    return WallTime(
        std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(seconds)));
}

}  // namespace

TokenVerifier::TokenVerifier(std::string issuer, TokenKeys keys, const Clock& clock)
    : issuer_(std::move(issuer)), keys_(std::move(keys)), clock_(clock) {}

const Jwk* TokenVerifier::find_key(const TokenHeader& header) const {
    if (header.algorithm == "HS256") return keys_.hs256 ? &*keys_.hs256 : nullptr;
    if (!header.kid) return nullptr;
    const auto found = keys_.es256.find(*header.kid);
    return found == keys_.es256.end() ? nullptr : &found->second;
}

std::expected<TokenClaims, TokenRefusal> TokenVerifier::verify(std::string_view token) const {
    const auto form = parse_token(token);
    if (!form) return refuse(form.error());
    const Jwk* key = find_key(form->header);
    if (key == nullptr) return refuse("no such key");
    if (!is_signed_by(std::string(token), *key)) return refuse("signature");

    const json::object& claims = form->payload;
    const json::string* issuer = text_at(claims, "iss");
    if (issuer == nullptr || *issuer != issuer_) return refuse("issuer");
    if (!is_for_us(claims)) return refuse("audience");
    const auto expires = check_times(claims, to_seconds(clock_.wall_now()));
    if (!expires) return std::unexpected(expires.error());
    const json::string* subject = text_at(claims, "sub");
    const auto user = subject == nullptr ? std::nullopt : UserId::parse(*subject);
    if (!user) return refuse("subject");
    if (!has_our_role(claims)) return refuse("role");

    TokenClaims good{
        .user = *user,
        .name = name_in(claims),
        .is_guest = is_true(claims, "is_anonymous"),
        .expires_at = from_seconds(*expires),
        .session = {}};
    if (const json::string* session = text_at(claims, "session_id")) {
        good.session = SessionId::parse(*session);
    }
    return good;
}

}  // namespace codencollab::identity
