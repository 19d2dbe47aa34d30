#include "identity/refresh_token.h"

#include "identity/base64url.h"

#include <sodium.h>

#include <array>
#include <chrono>
#include <cstddef>

namespace codencollab::identity {

namespace {

// Within it every older token counts as a race of tabs and not as theft.
constexpr std::chrono::seconds reuse_interval{10};

constexpr std::size_t counter_bytes = 8;
constexpr std::size_t body_bytes = 16 + counter_bytes;
constexpr std::size_t token_bytes = body_bytes + crypto_auth_hmacsha256_BYTES;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string body_of(const SessionId& session, std::uint64_t counter) {
    std::array<char, 16> id{};
    std::size_t size = 0;
    sodium_hex2bin(
        reinterpret_cast<unsigned char*>(id.data()),
        id.size(),
        session.view().data(),
        session.view().size(),
        "-",
        &size,
        nullptr);
    std::string body(id.data(), id.size());
    for (std::size_t i = 0; i < counter_bytes; ++i) {
        body += static_cast<char>(counter >> 8 * (counter_bytes - 1 - i) & 0xff);
    }
    return body;
}

std::string mac_of(std::string_view body, const std::string& key) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(body), body.size());
    std::string mac(crypto_auth_hmacsha256_BYTES, '\0');
    crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(mac.data()));
    return mac;
}

std::optional<SessionId> read_session(std::string_view bytes) {
    std::array<char, 33> hex{};
    sodium_bin2hex(hex.data(), hex.size(), bytes_of(bytes), bytes.size());
    std::string uuid(hex.data(), 32);
    for (const std::size_t dash : {8U, 13U, 18U, 23U})
        uuid.insert(dash, 1, '-');
    return SessionId::parse(uuid);
}

}  // namespace

std::string make_refresh_token(const SessionRecord& session) {
    const std::string body = body_of(session.id, session.counter);
    return to_base64url(body + mac_of(body, session.key));
}

std::optional<RefreshToken> parse_refresh_token(std::string_view text) {
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != token_bytes) return std::nullopt;
    const auto session = read_session(bytes->substr(0, 16));
    if (!session) return std::nullopt;
    RefreshToken token{.session = *session, .counter = 0, .mac = bytes->substr(body_bytes)};
    for (std::size_t i = 16; i < body_bytes; ++i) {
        token.counter = token.counter << 8 | static_cast<unsigned char>((*bytes)[i]);
    }
    return token;
}

bool is_genuine(const RefreshToken& token, const SessionRecord& session) {
    const std::string right = mac_of(body_of(token.session, token.counter), session.key);
    return token.session == session.id && token.mac.size() == right.size() &&
           sodium_memcmp(token.mac.data(), right.data(), right.size()) == 0;
}

RefreshVerdict judge(const RefreshToken& token, const SessionRecord& session, WallTime now) {
    if (token.counter > session.counter) return RefreshVerdict::never_made;
    if (token.counter == session.counter) return RefreshVerdict::rotate;
    if (session.counter - token.counter == 1) return RefreshVerdict::repeat;
    if (now - session.refreshed_at < reuse_interval) return RefreshVerdict::repeat;
    return RefreshVerdict::reused;
}

}  // namespace codencollab::identity
