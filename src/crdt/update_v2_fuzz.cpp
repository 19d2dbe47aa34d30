#include "crdt/fuzz_checks.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace crdt = codencollab::crdt;
    crdt::fuzz::check_update(std::string(data, data + size), crdt::Format::v2);
    return 0;
}
