#include "crdt/fuzz_checks.h"
#include "crdt/update_functions.h"

// What a diff leaves is an update; converted there and back it is the same; and the whole is not
// changed by a part of it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace crdt = codencollab::crdt;
    namespace fuzz = crdt::fuzz;
    const std::string bytes(data, data + size);
    std::string_view input = bytes;
    const auto format = fuzz::take_byte(input) % 2 == 0 ? crdt::Format::v1 : crdt::Format::v2;
    const auto other = format == crdt::Format::v1 ? crdt::Format::v2 : crdt::Format::v1;
    const auto known = crdt::StateVector::decode(fuzz::take_piece(input));
    if (!known) return 0;
    const auto diff = crdt::diff_update(input, *known, format, fuzz::limits);
    const auto converted = crdt::convert_update(input, format, other, fuzz::limits);
    fuzz::must(diff.has_value() == converted.has_value());
    fuzz::must(diff.has_value() == crdt::state_vector_of(input, format, fuzz::limits).has_value());
    if (!diff) return 0;

    const auto there = crdt::convert_update(*diff, format, other, fuzz::limits);
    fuzz::must(there.has_value());
    const auto back = crdt::convert_update(*there, other, format, fuzz::limits);
    fuzz::must(back && *back == *diff);

    crdt::Document document(fuzz::options());
    if (!document.apply(input, format)) return 0;
    const std::string before = document.encode();
    const auto part = document.apply(*diff, format);
    fuzz::must(part.has_value());
    document.check_invariants();
    if (document.has_pending()) return 0;
    fuzz::must(!part->changed && document.encode() == before);
    fuzz::must(document.apply(document.encode(*known, format), format).has_value());
    fuzz::must(document.encode() == before);
    return 0;
}
