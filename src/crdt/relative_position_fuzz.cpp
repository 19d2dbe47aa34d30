#include "crdt/fuzz_checks.h"

// A relative position is read, written, and resolved inside its text or not at all.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace crdt = codencollab::crdt;
    namespace fuzz = crdt::fuzz;
    const std::string bytes(data, data + size);
    const auto position = crdt::RelativePosition::decode(bytes);
    if (!position) return 0;
    const auto again = crdt::RelativePosition::decode(position->encode());
    fuzz::must(again && *again == *position);

    crdt::Document document(fuzz::options());
    crdt::Transaction transaction(document, 1);
    crdt::Text text = document.text("code");
    fuzz::must(text.insert(transaction, 0, "one two three \xF0\x9F\x98\x80").has_value());
    fuzz::must(text.erase(transaction, 3, 4).has_value());
    transaction.commit();
    const std::string before = document.encode();
    if (const auto index = document.resolve(*position)) fuzz::must(*index <= text.length());
    fuzz::must(document.encode() == before);
    document.check_invariants();
    return 0;
}
