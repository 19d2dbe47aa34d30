#include "crdt/fuzz_checks.h"

// An update v1 on an empty document, and again; and on one that somebody has typed into.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace crdt = codencollab::crdt;
    namespace fuzz = crdt::fuzz;
    const std::string update(data, data + size);
    crdt::Document empty(fuzz::options());
    if (fuzz::apply(empty, update, crdt::Format::v1, true)) {
        const auto again = empty.apply(update, crdt::Format::v1);
        fuzz::must(again && !again->changed);
    }

    crdt::Document filled(fuzz::options(false));
    crdt::Transaction transaction(filled, 1);
    fuzz::must(filled.text("code").insert(transaction, 0, "one\ntwo \xF0\x9F\x98\x80").has_value());
    fuzz::must(filled.text("code").erase(transaction, 2, 3).has_value());
    fuzz::must(filled.map("meta").set(transaction, "a", "\x7E").has_value());
    transaction.commit();
    fuzz::apply(filled, update, crdt::Format::v1, false);
    return 0;
}
