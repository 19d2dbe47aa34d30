#pragma once

#include "identity/base64url.h"
#include "identity/jwk.h"

#include <boost/json.hpp>
#include <sodium.h>

#include <array>
#include <string>
#include <string_view>

namespace codencollab::identity {

/// Makes tokens for tests, good and bad, part by part: what the product's own code would never
/// make.
struct TokenMaker {
    boost::json::object header;
    boost::json::object payload;
    std::string raw_header;   // instead of `header`, when it is not empty
    std::string raw_payload;  // instead of `payload`, when it is not empty

    std::string body() const {
        const std::string head = raw_header.empty() ? boost::json::serialize(header) : raw_header;
        const std::string load =
            raw_payload.empty() ? boost::json::serialize(payload) : raw_payload;
        return to_base64url(head) + "." + to_base64url(load);
    }

    /// Signed over these very bytes by HMAC-SHA256.
    std::string hs256(std::string_view secret) const {
        const std::string text = body();
        crypto_auth_hmacsha256_state state;
        crypto_auth_hmacsha256_init(
            &state, reinterpret_cast<const unsigned char*>(secret.data()), secret.size());
        crypto_auth_hmacsha256_update(
            &state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
        std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
        crypto_auth_hmacsha256_final(&state, mac.data());
        return text + "." + to_base64url({reinterpret_cast<const char*>(mac.data()), mac.size()});
    }

    /// Without a signature that says anything.
    std::string with_signature(std::string_view bytes) const {
        return body() + "." + to_base64url(bytes);
    }
};

}  // namespace codencollab::identity
