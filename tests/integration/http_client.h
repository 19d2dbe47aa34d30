#pragma once

#include <boost/json/value.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace codencollab {

struct HttpAnswer {
    int status = 0;                                   // 0: the connection failed
    std::multimap<std::string, std::string> headers;  // names in lower case
    std::string body;

    std::string header(const std::string& name) const;
    /// The body as JSON; null when it is none.
    boost::json::value json() const;
    /// `error.code` of the contract's error shape; empty where the body has another.
    std::string error_code() const;
};

using HttpFields = std::vector<std::pair<std::string, std::string>>;

/// One request on a connection of its own to 127.0.0.1; blocks until the whole answer is there. A
/// client of a test: it knows just enough HTTP/1.1 to talk to our server.
HttpAnswer http(
    std::uint16_t port,
    const std::string& method,
    const std::string& target,
    const HttpFields& fields = {},
    const std::string& body = {});

}  // namespace codencollab
