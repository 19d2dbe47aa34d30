#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace codencollab::runner {

/// A semantic version (SemVer 2): three numbers and perhaps a pre-release.
struct Version {
    unsigned long major = 0;
    unsigned long minor = 0;
    unsigned long patch = 0;
    std::string pre_release;  // "rc.1"; empty for a release

    bool operator==(const Version&) const = default;
    std::string str() const;
};

/// The order of SemVer: a pre-release stands before its release.
std::strong_ordering operator<=>(const Version& left, const Version& right);

/// The version in whatever a tool prints ("Python 3.11.2", "1.19.8-2", "v18.19.0", "5.4"): the
/// first number with a dot in it, else the first number, filled up with zeros to three parts.
std::optional<Version> find_version(std::string_view text);

/// Whether `version` satisfies an npm range ("*", "^12.1.0", ">=11 <13", "10.x || >=12",
/// "12.0.0 - 13"). A range that cannot be parsed is satisfied by nothing.
bool satisfies(const Version& version, std::string_view range);

}  // namespace codencollab::runner
