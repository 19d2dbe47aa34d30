#include "identity/signing_key.h"

#include "base/unique_fd.h"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace codencollab::identity {

namespace {

constexpr std::size_t key_file_bytes_max = 4 << 10;

std::unexpected<Error> cannot(std::string_view what, const std::filesystem::path& path) {
    return fail(
        ErrorCode::identity_unavailable,
        fmt::format(
            "Cannot {} the signing key {}: {}. Start as the owner of that folder or pass --data "
            "DIR.",
            what,
            path.string(),
            std::generic_category().message(errno)));
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

std::optional<std::string> read_all(int fd) {
    std::string text;
    std::array<char, 1024> buffer{};
    while (text.size() <= key_file_bytes_max) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got == 0) return text;
        if (got < 0 && errno != EINTR) return std::nullopt;
        if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return text;
}

/// A crash leaves the whole key or none: written beside its place, synced, then moved there.
Result<> store(const std::filesystem::path& path, std::string_view text) {
    const std::string beside = path.string() + ".new";
    const UniqueFd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file || ::fchmod(file.get(), 0600) != 0) return cannot("write", path);
    if (!write_all(file.get(), text) || ::fsync(file.get()) != 0) return cannot("write", path);
    if (::rename(beside.c_str(), path.c_str()) != 0) return cannot("write", path);
    const UniqueFd directory(
        ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.get()) != 0) return cannot("write", path);
    return {};
}

}  // namespace

SigningKey::SigningKey(Jwk key) : key_(std::move(key)), kid_(key_.thumbprint()) {}

std::string SigningKey::jwks() const {
    return fmt::format(R"({{"keys":[{}]}})", key_.to_jwks_entry());
}

Result<SigningKey> SigningKey::load_or_make(const std::filesystem::path& directory) {
    const std::filesystem::path path = directory / "signing-key.json";
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        if (errno != ENOENT) return cannot("read", path);
        auto made = Jwk::make_p256();
        if (!made) return fail(ErrorCode::identity_unavailable, "Cannot make a signing key.");
        std::string text = made->to_private_json();
        auto stored = store(path, text);
        OPENSSL_cleanse(text.data(), text.size());
        if (!stored) return std::unexpected(std::move(stored).error());
        return SigningKey(*std::move(made));
    }

    struct stat about{};
    if (::fstat(file.get(), &about) != 0) return cannot("read", path);
    if ((about.st_mode & 077U) != 0) {
        return fail(
            ErrorCode::identity_unavailable,
            fmt::format("Others may read the signing key {0}. Run: chmod 600 {0}", path.string()));
    }
    auto text = read_all(file.get());
    if (!text) return cannot("read", path);
    auto key = Jwk::parse_p256(*text);
    OPENSSL_cleanse(text->data(), text->size());
    // A public key alone would be found out at the first sign-in; better now.
    if (!key || sign_es256(*key, "", "{}").empty()) {
        return fail(
            ErrorCode::identity_unavailable,
            fmt::format(
                "{} is no P-256 private key. Restore it from a backup, or delete it: a new one is "
                "made, and everybody signs in again.",
                path.string()));
    }
    return SigningKey(*std::move(key));
}

}  // namespace codencollab::identity
