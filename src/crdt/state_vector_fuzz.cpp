#include "crdt/fuzz_checks.h"

// State vectors and snapshots: what is read is written, and reads as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace crdt = codencollab::crdt;
    namespace fuzz = crdt::fuzz;
    const std::string bytes(data, data + size);
    if (const auto known = crdt::StateVector::decode(bytes)) {
        const std::string written = known->encode();
        fuzz::must(written.size() <= size + 1);
        const auto again = crdt::StateVector::decode(written);
        fuzz::must(again && again->encode() == written);
        crdt::Document document(fuzz::options());
        fuzz::must(document.encode(*known) == std::string(2, '\0'));
    }
    for (const crdt::Format format : {crdt::Format::v1, crdt::Format::v2}) {
        const auto snapshot = crdt::Snapshot::decode(bytes, format);
        if (!snapshot) continue;
        const std::string written = snapshot->encode(format);
        const auto again = crdt::Snapshot::decode(written, format);
        fuzz::must(again && again->encode(format) == written);
        crdt::Document document(fuzz::options(false));
        crdt::Transaction transaction(document, 1);
        fuzz::must(document.text("code").insert(transaction, 0, "one\xF0\x9F\x98\x80").has_value());
        transaction.commit();
        if (const auto old = document.encode_at(*snapshot)) {
            crdt::Document restored(fuzz::options());
            fuzz::must(restored.apply(*old).has_value());
        }
        document.check_invariants();
    }
    return 0;
}
