#include "base/error.h"

namespace codencollab {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::bad_payload:
            return "bad_payload";
        case ErrorCode::bad_request:
            return "bad_request";
        case ErrorCode::chat_too_long:
            return "chat_too_long";
        case ErrorCode::code_too_large:
            return "code_too_large";
        case ErrorCode::conflict:
            return "conflict";
        case ErrorCode::forbidden:
            return "forbidden";
        case ErrorCode::identity_unavailable:
            return "identity_unavailable";
        case ErrorCode::internal:
            return "internal";
        case ErrorCode::invalid_change:
            return "invalid_change";
        case ErrorCode::invalid_token:
            return "invalid_token";
        case ErrorCode::locked:
            return "locked";
        case ErrorCode::method_not_allowed:
            return "method_not_allowed";
        case ErrorCode::missing_token:
            return "missing_token";
        case ErrorCode::not_found:
            return "not_found";
        case ErrorCode::not_joined:
            return "not_joined";
        case ErrorCode::rate_limited:
            return "rate_limited";
        case ErrorCode::room_full:
            return "room_full";
        case ErrorCode::room_not_found:
            return "room_not_found";
        case ErrorCode::run_in_progress:
            return "run_in_progress";
        case ErrorCode::run_not_found:
            return "run_not_found";
        case ErrorCode::sandbox_unavailable:
            return "sandbox_unavailable";
        case ErrorCode::store_unavailable:
            return "store_unavailable";
        case ErrorCode::token_expired:
            return "token_expired";
        case ErrorCode::too_large:
            return "too_large";
        case ErrorCode::unknown_event:
            return "unknown_event";
        case ErrorCode::unsupported_language:
            return "unsupported_language";
        case ErrorCode::unsupported_media_type:
            return "unsupported_media_type";
    }
    return "internal";
}

}  // namespace codencollab
