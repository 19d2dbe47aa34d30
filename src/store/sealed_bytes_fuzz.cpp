#include "store/sealed_bytes.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// A row whose checksum is right and nothing else: its bytes come back in the size that it names, or
// not at all. And what is sealed comes back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace store = codencollab::store;
    if (size < 5) return 0;
    std::size_t raw_bytes = 0;
    for (std::size_t i = 1; i < 5; ++i)
        raw_bytes = raw_bytes << 8 | data[i];
    const std::string_view codec = data[0] % 2 == 0 ? "deflate" : "none";
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 5, size - 5);
    const auto opened = store::unseal(codec, raw_bytes, store::checksum_of(bytes), bytes);
    if (opened && opened->size() != raw_bytes) std::abort();

    const store::SealedBytes sealed = store::seal(bytes);
    if (store::unseal(sealed.codec, sealed.raw_bytes, sealed.checksum, sealed.data) != bytes) {
        std::abort();
    }
    return 0;
}
