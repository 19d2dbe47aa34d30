#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::store {

/// CRC-32 of the bytes.
std::uint32_t checksum_of(std::string_view bytes);

/// Bytes as a row keeps them: compressed where that makes them shorter, and with a checksum of what
/// is kept, so that damage shows before anything is read.
struct SealedBytes {
    std::string_view codec;  // "none" or "deflate" (zlib's format)
    std::size_t raw_bytes = 0;
    std::uint32_t checksum = 0;
    std::string data;
};

SealedBytes seal(std::string_view bytes);

/// The bytes that were sealed; none when anything about them is damaged.
std::optional<std::string> unseal(
    std::string_view codec, std::size_t raw_bytes, std::uint32_t checksum, std::string_view data);

}  // namespace codencollab::store
