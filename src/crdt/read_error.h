#pragma once

#include "base/lib0.h"
#include "crdt/error.h"
#include "crdt/id.h"

#include <cstddef>

namespace codencollab::crdt {

constexpr DecodeError::Code code_of(lib0::Reader::Failure failure) {
    switch (failure) {
        case lib0::Reader::Failure::bad_integer:
            return DecodeError::Code::bad_integer;
        case lib0::Reader::Failure::bad_utf8:
            return DecodeError::Code::bad_utf8;
        case lib0::Reader::Failure::none:
        case lib0::Reader::Failure::truncated:
            break;
    }
    return DecodeError::Code::truncated;
}

/// Why a reader that has failed did so.
inline DecodeError read_error(const lib0::Reader& in) {
    return {.code = code_of(in.failure()), .at = in.offset()};
}

/// A clock, or a length in units. Fails with `bad_integer` for what the engine cannot hold.
inline Clock read_clock(lib0::Reader& in) {
    const std::uint64_t value = in.var_uint();
    if (value <= max_clock) return static_cast<Clock>(value);
    in.fail(lib0::Reader::Failure::bad_integer);
    return 0;
}

}  // namespace codencollab::crdt
