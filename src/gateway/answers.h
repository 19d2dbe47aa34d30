#pragma once

#include "base/error.h"
#include "net/http.h"

#include <string>
#include <string_view>

namespace codencollab::gateway {

/// `text` is a whole JSON value.
net::HttpResponse json_answer(int status, std::string text);
/// 204 with nothing in it.
net::HttpResponse empty_answer();
/// The contract's one error shape, with `Retry-After` where the error says when.
net::HttpResponse error_answer(const Error& error);
/// `{"code":…,"message":…}`: an error as it stands in answers, acks and events.
std::string error_json(const Error& error);

}  // namespace codencollab::gateway
