#include "gateway/answers.h"

#include "gateway/error_status.h"
#include "wire/json_text.h"

#include <fmt/format.h>

namespace codencollab::gateway {

namespace {

/// For a 503 that does not know better.
constexpr int retry_after_default_s = 2;

}  // namespace

net::HttpResponse json_answer(int status, std::string text) {
    return {
        status,
        {{"Content-Type", "application/json; charset=utf-8"}, {"Cache-Control", "no-store"}},
        std::move(text),
        {}};
}

net::HttpResponse empty_answer() {
    return {204, {{"Cache-Control", "no-store"}}, {}, {}};
}

std::string error_json(const Error& error) {
    std::string text = "{\"code\":\"";
    text += to_string(error.code);
    text += "\",\"message\":";
    wire::append_json_string(text, error.message);
    text += '}';
    return text;
}

net::HttpResponse error_answer(const Error& error) {
    const int status = http_status(error.code);
    auto response = json_answer(status, fmt::format("{{\"error\":{}}}", error_json(error)));
    int retry_after_s = error.retry_after_s;
    if (status == 503 && retry_after_s == 0) retry_after_s = retry_after_default_s;
    if (retry_after_s > 0) response.headers.set("Retry-After", fmt::to_string(retry_after_s));
    if (status == 401) response.headers.set("WWW-Authenticate", "Bearer");
    return response;
}

}  // namespace codencollab::gateway
