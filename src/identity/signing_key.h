#pragma once

#include "base/error.h"
#include "identity/jwk.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace codencollab::identity {

/// The key that signs this server's access tokens: ES256, in a file of its own in the data
/// directory, mode 0600. Never changes after it is loaded. Threads: any.
class SigningKey {
  public:
    /// Loads `directory`/signing-key.json, or makes it. Fails with one clear line: not writable,
    /// not a key, or readable by others.
    static Result<SigningKey> load_or_make(const std::filesystem::path& directory);

    /// RFC 7638 thumbprint.
    const std::string& kid() const { return kid_; }
    const Jwk& key() const { return key_; }
    /// A compact token with this payload; empty when the library fails.
    std::string sign(std::string_view payload) const { return sign_es256(key_, kid_, payload); }
    /// The JWKS document with the public part.
    std::string jwks() const;

  private:
    explicit SigningKey(Jwk key);
    Jwk key_;
    std::string kid_;
};

}  // namespace codencollab::identity
