#pragma once

#include <string>
#include <string_view>

namespace codencollab::runner {

/// What a Java file has to be called, and which class has `main`, as far as its text tells.
/// Comments and string literals are passed over.
struct JavaNames {
    std::string public_class;  // empty when no class is public
    std::string main_class;    // with its package; empty when nothing looks like main
};

JavaNames find_java_names(std::string_view source);

}  // namespace codencollab::runner
