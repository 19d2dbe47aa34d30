#include "gateway/error_status.h"

namespace codencollab::gateway {

int http_status(ErrorCode code) {
    switch (code) {
        case ErrorCode::bad_request:
            return 400;

        case ErrorCode::invalid_token:
        case ErrorCode::missing_token:
        case ErrorCode::token_expired:
            return 401;

        case ErrorCode::forbidden:
        case ErrorCode::locked:
            return 403;

        case ErrorCode::not_found:
        case ErrorCode::room_not_found:
        case ErrorCode::run_not_found:
            return 404;

        case ErrorCode::method_not_allowed:
            return 405;

        case ErrorCode::conflict:
        case ErrorCode::not_joined:
        case ErrorCode::room_full:
        case ErrorCode::run_in_progress:
            return 409;

        case ErrorCode::too_large:
            return 413;
        case ErrorCode::unsupported_media_type:
            return 415;

        case ErrorCode::bad_payload:
        case ErrorCode::chat_too_long:
        case ErrorCode::code_too_large:
        case ErrorCode::invalid_change:
        case ErrorCode::unknown_event:
        case ErrorCode::unsupported_language:
            return 422;

        case ErrorCode::rate_limited:
            return 429;
        case ErrorCode::internal:
            return 500;

        case ErrorCode::identity_unavailable:
        case ErrorCode::sandbox_unavailable:
        case ErrorCode::store_unavailable:
            return 503;
    }
    return 500;
}

}  // namespace codencollab::gateway
