#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct _cjose_jwk_int;

namespace codencollab::identity {

/// One key of JSON Web Signatures. Shared and never changed. Threads: any.
class Jwk {
  public:
    /// A new P-256 pair, or none when the library fails.
    static std::optional<Jwk> make_p256();
    /// A P-256 key from its JSON, private or public. None for anything else.
    static std::optional<Jwk> parse_p256(const std::string& text);
    /// A secret for HMAC.
    static std::optional<Jwk> from_secret(std::string_view secret);

    /// Its JSON, with the private part: for the key's own file alone.
    std::string to_private_json() const;
    /// RFC 7638: the hash of what makes the key what it is.
    std::string thumbprint() const;
    /// The public part as an entry of a JWKS document, named by its thumbprint.
    std::string to_jwks_entry() const;

    _cjose_jwk_int* get() const { return key_.get(); }

  private:
    explicit Jwk(_cjose_jwk_int* key);
    std::shared_ptr<_cjose_jwk_int> key_;
};

/// Signs `payload` as a compact token: ES256, header {"alg","kid","typ"}. Empty when the library
/// fails.
std::string sign_es256(const Jwk& key, std::string_view kid, std::string_view payload);

/// Whether the compact token's signature is right by this key. The caller has checked that the
/// algorithm in the header is one that fits the key's kind.
bool is_signed_by(const std::string& token, const Jwk& key);

}  // namespace codencollab::identity
