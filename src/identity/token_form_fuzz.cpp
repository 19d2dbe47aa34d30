#include "identity/token_form.h"

#include "base/clock.h"
#include "identity/token_verifier.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace codencollab {

namespace {

const identity::TokenVerifier& verifier() {
    static const SystemClock clock;
    static const auto made = [] {
        identity::TokenKeys keys;
        keys.hs256 = identity::Jwk::from_secret("a-secret-of-at-least-thirty-two-characters");
        if (auto key = identity::Jwk::make_p256()) keys.es256.try_emplace("kid", *key);
        return identity::TokenVerifier("http://127.0.0.1:8000/auth/v1", std::move(keys), clock);
    }();
    return made;
}

}  // namespace

/// Whatever the bytes are: no crash, and no token of a stranger verifies.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view token(reinterpret_cast<const char*>(data), size);
    if (verifier().verify(token)) std::abort();
    const auto form = identity::parse_token(token);
    if (form && form->header.algorithm != "ES256" && form->header.algorithm != "HS256")
        std::abort();
    return 0;
}

}  // namespace codencollab
