#include "store/sealed_bytes.h"

#include <zlib.h>

#include <new>

namespace codencollab::store {

namespace {

constexpr std::string_view none = "none";
constexpr std::string_view deflate_codec = "deflate";
// Shorter bytes are not worth zlib's 11 bytes of frame.
constexpr std::size_t deflate_from_bytes = 64;
// No row is larger; more is a damaged number, and not worth an attempt.
constexpr std::size_t raw_bytes_max = std::size_t{1} << 30;
// What deflate makes of a byte at most, by zlib's own account ("Maximum Compression Factor").
constexpr std::size_t inflated_max = 1032;

const Bytef* as_input(std::string_view bytes) {
    return reinterpret_cast<const Bytef*>(bytes.data());
}

/// Empty where compression gains nothing.
std::string deflated(std::string_view bytes) {
    if (bytes.size() < deflate_from_bytes) return {};
    uLongf size = compressBound(bytes.size());
    std::string out(size, '\0');
    auto* to = reinterpret_cast<Bytef*>(out.data());
    if (compress2(to, &size, as_input(bytes), bytes.size(), Z_DEFAULT_COMPRESSION) != Z_OK) {
        throw std::bad_alloc();
    }
    if (size >= bytes.size()) return {};
    out.resize(size);
    return out;
}

}  // namespace

std::uint32_t checksum_of(std::string_view bytes) {
    return static_cast<std::uint32_t>(crc32_z(0, as_input(bytes), bytes.size()));
}

SealedBytes seal(std::string_view bytes) {
    SealedBytes sealed;
    sealed.raw_bytes = bytes.size();
    sealed.data = deflated(bytes);
    sealed.codec = deflate_codec;
    if (sealed.data.empty()) {
        sealed.data = bytes;
        sealed.codec = none;
    }
    sealed.checksum = checksum_of(sealed.data);
    return sealed;
}

std::optional<std::string> unseal(
    std::string_view codec, std::size_t raw_bytes, std::uint32_t checksum, std::string_view data) {
    if (checksum_of(data) != checksum || raw_bytes > raw_bytes_max) return std::nullopt;
    if (codec == none)
        return data.size() == raw_bytes ? std::optional(std::string(data)) : std::nullopt;
    // Asked before there is room made for it: the checksum does not cover this number.
    if (codec != deflate_codec || raw_bytes > data.size() * inflated_max) return std::nullopt;
    std::string out(raw_bytes, '\0');
    uLongf size = raw_bytes;
    auto* to = reinterpret_cast<Bytef*>(out.data());
    if (uncompress(to, &size, as_input(data), data.size()) != Z_OK || size != raw_bytes) {
        return std::nullopt;
    }
    return out;
}

}  // namespace codencollab::store
