#pragma once

#include <expected>  // IWYU pragma: export
#include <string>
#include <string_view>

namespace codencollab {

/// The words by which clients know a failure: they stand in `error.code` of HTTP answers, acks and
/// events. The HTTP status of each is decided in one table, in gateway/.
enum class ErrorCode {
    bad_payload,  // well-formed, but not what the event or route takes
    bad_request,  // not well-formed: broken JSON, broken query
    chat_too_long,
    code_too_large,  // the document would pass its limit
    conflict,
    forbidden,
    identity_unavailable,  // nobody can say now whether the token is good
    internal,
    invalid_change,  // outside the text, overlapping, or range and rangeOffset disagree
    invalid_token,
    locked,  // the owner has locked editing
    method_not_allowed,
    missing_token,
    not_found,
    not_joined,
    rate_limited,
    room_full,
    room_not_found,
    run_in_progress,
    run_not_found,
    sandbox_unavailable,
    store_unavailable,
    token_expired,
    too_large,
    unknown_event,
    unsupported_language,
    unsupported_media_type,
};

/// The code as clients see it: the enumerator's own name.
std::string_view to_string(ErrorCode code);

/// An expected failure. The message is for a person: the problem, then the mend; never a secret.
struct Error {
    ErrorCode code;
    std::string message;
    /// For `rate_limited` and the `…_unavailable` codes: when to try again (`Retry-After`).
    int retry_after_s = 0;
};

/// A value or an Error. A class, not an alias: libstdc++ 12 lets a bare std::expected be dropped
/// without a warning.
template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
    using std::expected<T, Error>::expected;
};

/// `return fail(ErrorCode::room_not_found, "No such room…");`
inline std::unexpected<Error> fail(ErrorCode code, std::string message, int retry_after_s = 0) {
    return std::unexpected(Error{code, std::move(message), retry_after_s});
}

}  // namespace codencollab
