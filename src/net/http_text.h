#pragma once

#include "base/error.h"
#include "net/http.h"

#include <string>
#include <string_view>

namespace codencollab::net {

/// Why a request is refused before any handler sees it.
struct HttpRefusal {
    int status = 400;
    std::string message;
};

template <class T = void>
using HttpChecked = std::expected<T, HttpRefusal>;

bool equal_ignoring_case(std::string_view a, std::string_view b);
/// Without spaces and tabs at both ends.
std::string_view trimmed(std::string_view text);

/// Checks the raw head of a request, up to and with its empty line, for what a lenient parser lets
/// through and smugglers use: bare CR or LF, control bytes, folded lines, a space before the colon,
/// doubled Host, Content-Length or Transfer-Encoding, and too many fields.
HttpChecked<> check_head(std::string_view head, std::size_t fields_max);

/// Splits the target into the request's `path` and `query`, decoded once and checked. `host` is the
/// Host field: an absolute target must name the same one.
HttpChecked<> decode_target(HttpRequest& request, std::string_view host);

/// Decodes %XX; '+' too when `plus_is_space`. None when an escape is broken.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

/// `{"error": {"code", "message"}}`, as the contract has it.
HttpResponse error_response(int status, std::string_view code, std::string_view message);

/// "OK" for 200 and so on; "Unknown" for what HTTP has no words for.
std::string_view reason_phrase(int status);

/// "Tue, 24 Nov 2026 18:00:00 GMT" for the time now.
std::string http_date_now();

}  // namespace codencollab::net
