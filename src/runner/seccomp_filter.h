#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace codencollab::runner {

/// A test of one argument's low 32 bits: the kernel ignores the high half of what it takes as int,
/// so a comparison of 64 bits could be passed by (CVE-2019-10063).
struct ArgumentRule {
    enum class Test {
        any_bit,     // a bit of `values[0]` is set
        one_of,      // the masked argument is one of `values`
        not_one_of,  // it is none of them
    };
    std::string_view call;
    unsigned argument;
    Test test;
    std::uint32_t mask;
    std::vector<std::uint32_t> values;
    int error;  // the errno that the call answers when the test holds
};

/// The policy as data. A call that stands nowhere answers ENOSYS, so that what a new kernel brings
/// is off until somebody looks at it, and runtimes fall back instead of failing.
const std::vector<std::string_view>& allowed_calls();
/// Known and refused: EPERM, which says "not here" to programs that ask.
const std::vector<std::string_view>& refused_calls();
/// Answered with success and not carried out, for they would act on the whole host.
const std::vector<std::string_view>& ignored_calls();
/// Allowed unless a rule holds.
const std::vector<ArgumentRule>& argument_rules();

/// The program for SECCOMP_SET_MODE_FILTER, for this machine's architecture alone: a call through
/// another entry (32-bit, x32) kills the process.
std::vector<sock_filter> build_seccomp_filter();

}  // namespace codencollab::runner
