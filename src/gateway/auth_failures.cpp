#include "gateway/auth_failures.h"

namespace codencollab::gateway {

// What supabase-js makes of a status: 500 to 504 is tried again, and any other answer to a refresh
// signs the user out. So whatever may be over in a moment is 503 there.
AuthFailureText describe(AuthFailure failure) {
    using enum AuthFailure;
    constexpr std::string_view bad_login = "Invalid login credentials";
    constexpr std::string_view gone = "Session from session_id claim in JWT does not exist";
    constexpr std::string_view no_mail =
        "This server sends no mail; ask its operator (codencollab user reset-password)";
    constexpr std::string_view too_many = "Request rate limit reached";
    constexpr std::string_view unknown = "Invalid Refresh Token: Refresh Token Not Found";
    constexpr std::string_view bad_email = "Unable to validate email address: invalid format";
    constexpr std::string_view bad_token = "invalid JWT: unable to parse or verify signature";
    constexpr std::string_view too_long = "Password cannot be longer than 72 characters";
    constexpr std::string_view weak = "Password should be at least 6 characters.";
    constexpr std::string_view same = "New password should be different from the old password.";
    constexpr std::string_view taken = "A user with this email address has already been registered";
    constexpr std::string_view no_provider = "Unsupported provider: provider is not enabled";
    constexpr std::string_view bearer = "This endpoint requires a valid Bearer token";
    constexpr std::string_view large =
        "User metadata is too large or nested too deep; keep it under 4 KiB";
    switch (failure) {
        case anonymous_disabled:
            return {422, "anonymous_provider_disabled", "Anonymous sign-ins are disabled"};
        case bad_json:
            return {400, "bad_json", "Could not parse request body as JSON"};
        case bad_jwt:
            return {403, "bad_jwt", bad_token};
        case banned:
            return {403, "user_banned", "User is banned"};
        case banned_at_refresh:
            return {400, "user_banned", "Invalid Refresh Token: User Banned"};
        case banned_at_sign_in:
            return {400, "user_banned", "User is banned"};
        case email_taken:
            return {422, "email_exists", taken};
        case feature_disabled:
            return {404, "feature_disabled", "This server does not have this feature"};
        case invalid_credentials:
            return {400, "invalid_credentials", bad_login};
        case invalid_email:
            return {400, "validation_failed", bad_email};
        case invalid_metadata:
            return {422, "validation_failed", large};
        case mail_disabled:
            return {422, "email_provider_disabled", no_mail};
        case method_not_allowed:
            return {405, "method_not_allowed", "Method not allowed"};
        case missing_bearer:
            return {401, "no_authorization", bearer};
        case missing_password:
            return {400, "validation_failed", "Signup requires a valid password"};
        case missing_refresh_token:
            return {400, "invalid_request", "refresh_token required"};
        case not_found:
            return {404, "not_found", "There is nothing at this path"};
        case password_needs_email:
            return {
                422,
                "validation_failed",
                "Updating password of an anonymous user without an email or phone is not "
                "allowed"};
        case password_too_long:
            return {400, "validation_failed", too_long};
        case phone_disabled:
            return {400, "phone_provider_disabled", no_provider};
        case provider_disabled:
            return {400, "validation_failed", no_provider};
        case rate_limited:
            return {429, "over_request_rate_limit", too_many};
        case reauthentication_needed:
            return {400, "reauthentication_needed", "Sign in again to change email or password"};
        case refresh_rate_limited:
            return {503, "over_request_rate_limit", too_many};
        case refresh_token_reused:
            return {400, "refresh_token_already_used", "Invalid Refresh Token: Already Used"};
        case refresh_token_unknown:
            return {400, "refresh_token_not_found", unknown};
        case same_password:
            return {422, "same_password", same};
        case session_ended:
            return {403, "session_not_found", gone};
        case sign_up_disabled:
            return {422, "signup_disabled", "Signups not allowed for this instance"};
        case unavailable:
            return {503, "unexpected_failure", "The server cannot answer now, try again soon"};
        case unsupported_grant:
            return {400, "invalid_credentials", "unsupported_grant_type"};
        case unsupported_scope:
            return {
                400, "validation_failed", "Unsupported logout scope; take global, local or others"};
        case user_deleted:
            return {403, "user_not_found", "User from sub claim in JWT does not exist"};
        case user_exists:
            return {422, "user_already_exists", "User already registered"};
        case weak_password:
            return {422, "weak_password", weak};
    }
    return {500, "unexpected_failure", "Unexpected failure"};
}

}  // namespace codencollab::gateway
