#include "net/http_text.h"

#include "base/utf.h"
#include "wire/json_text.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

namespace codencollab::net {
namespace {

std::unexpected<HttpRefusal> refuse(std::string message, int status = 400) {
    return std::unexpected(HttpRefusal{status, std::move(message)});
}

bool is_token_char(char c) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_token_char);
}

bool has_control_byte(std::string_view line) {
    return std::ranges::any_of(line, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\t') || byte == 0x7F;
    });
}

// The line at the front of `head`, which is taken off with its CRLF. A CR or LF elsewhere is left
// in the line, where it counts as a control byte.
std::string_view take_line(std::string_view& head) {
    const auto end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    return line;
}

HttpChecked<> check_request_line(std::string_view line) {
    if (has_control_byte(line)) return refuse("The request line holds control characters.");
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return refuse("The request line is not 'METHOD target HTTP/1.1'.");
    }
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(line.substr(0, first)) || target.empty() ||
        target.find(' ') != std::string_view::npos) {
        return refuse("The request line is not 'METHOD target HTTP/1.1'.");
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return refuse("Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    }
    return {};
}

// What the framing fields of a head say; more than one of a kind is how requests are smuggled.
struct FramingFields {
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    std::size_t encodings = 0;
};

HttpChecked<> check_field(std::string_view line, FramingFields& seen) {
    if (line.front() == ' ' || line.front() == '\t')
        return refuse("Folded header lines are refused.");
    if (has_control_byte(line)) return refuse("A header field holds control characters.");
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return refuse("A header field is not 'Name: value'.");
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (equal_ignoring_case(name, "Host")) {
        ++seen.hosts;
    } else if (equal_ignoring_case(name, "Content-Length")) {
        ++seen.lengths;
        const bool is_number =
            !value.empty() && value.size() <= 18 &&
            std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
        if (!is_number) return refuse("Content-Length is not a number.");
    } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
        ++seen.encodings;
        if (!equal_ignoring_case(value, "chunked")) {
            return refuse("The only Transfer-Encoding taken is 'chunked'.");
        }
    }
    return {};
}

bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
    return text.size() >= start.size() && equal_ignoring_case(text.substr(0, start.size()), start);
}

HttpChecked<> decode_query(HttpRequest& request, std::string_view query) {
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = percent_decoded(pair.substr(0, equals), true);
        auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!name || !value) return refuse("The query holds a broken % escape.");
        request.query.emplace(std::move(*name), std::move(*value));
    }
    return {};
}

bool has_dot_dot_segment(std::string_view path) {
    while (!path.empty()) {
        const auto end = std::min(path.find('/'), path.size());
        if (path.substr(0, end) == "..") return true;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return false;
}

}  // namespace

HttpChecked<> check_head(std::string_view head, std::size_t fields_max) {
    if (auto line = check_request_line(take_line(head)); !line) return line;
    FramingFields seen;
    std::size_t fields = 0;
    for (std::string_view line = take_line(head); !line.empty(); line = take_line(head)) {
        if (++fields > fields_max) return refuse("Too many header fields.", 431);
        if (auto field = check_field(line, seen); !field) return field;
    }
    if (seen.hosts > 1) return refuse("More than one Host.");
    if (seen.lengths > 1) return refuse("More than one Content-Length.");
    if (seen.encodings > 1) return refuse("More than one Transfer-Encoding.");
    if (seen.lengths > 0 && seen.encodings > 0) {
        return refuse("Both Content-Length and Transfer-Encoding.");
    }
    return {};
}

std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
    const auto digit = [](char c) {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            if (text.size() - i < 3) return std::nullopt;
            const int high = digit(text[i + 1]);
            const int low = digit(text[i + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        } else if (text[i] == '+' && plus_is_space) {
            out += ' ';
        } else {
            out += text[i];
        }
    }
    return out;
}

HttpChecked<> decode_target(HttpRequest& request, std::string_view host) {
    std::string_view target = request.target;
    if (target == "*" && request.method == "OPTIONS") {
        request.path = "/";
        return {};
    }
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!starts_with_ignoring_case(target, scheme)) continue;
        target.remove_prefix(scheme.size());
        const auto end = std::min(target.find_first_of("/?"), target.size());
        if (!equal_ignoring_case(target.substr(0, end), host)) {
            return refuse("The target names another host; this is no proxy.");
        }
        target.remove_prefix(end);
        if (target.empty()) target = "/";
        break;
    }
    target = target.substr(0, target.find('#'));
    if (!target.starts_with('/')) return refuse("The target does not start with '/'.");

    const auto question = std::min(target.find('?'), target.size());
    auto path = percent_decoded(target.substr(0, question), false);
    if (!path || path->find('\\') != std::string::npos || has_dot_dot_segment(*path) ||
        !is_valid_utf8(*path)) {
        return refuse("The path holds a broken % escape, '..' or a backslash.");
    }
    // Well-formed, but nothing has such a name: a malformed id is as unknown as any other.
    if (path->find('\0') != std::string::npos || has_control_byte(*path)) {
        return refuse("Nothing here has control characters in its path.", 404);
    }
    request.path = std::move(*path);
    return decode_query(request, target.substr(std::min(question + 1, target.size())));
}

HttpResponse error_response(int status, std::string_view code, std::string_view message) {
    HttpResponse response;
    response.status = status;
    response.headers.add("Content-Type", "application/json");
    response.body = R"({"error":{"code":)";
    wire::append_json_string(response.body, code);
    response.body += R"(,"message":)";
    wire::append_json_string(response.body, message);
    response.body += "}}";
    return response;
}

std::string_view reason_phrase(int status) {
    switch (status) {
        case 100:
            return "Continue";
        case 101:
            return "Switching Protocols";
        case 200:
            return "OK";
        case 201:
            return "Created";
        case 202:
            return "Accepted";
        case 204:
            return "No Content";
        case 206:
            return "Partial Content";
        case 301:
            return "Moved Permanently";
        case 302:
            return "Found";
        case 303:
            return "See Other";
        case 304:
            return "Not Modified";
        case 307:
            return "Temporary Redirect";
        case 308:
            return "Permanent Redirect";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 411:
            return "Length Required";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 414:
            return "URI Too Long";
        case 415:
            return "Unsupported Media Type";
        case 416:
            return "Range Not Satisfiable";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 426:
            return "Upgrade Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 501:
            return "Not Implemented";
        case 502:
            return "Bad Gateway";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        default:
            return "Unknown";
    }
}

std::string http_date_now() {
    constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> months{
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t now = ::time(nullptr);
    tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 48> text{};
    const int size = ::snprintf(
        text.data(),
        text.size(),
        "%s, %02d %s %04d %02d:%02d:%02d GMT",
        days[static_cast<std::size_t>(utc.tm_wday)],
        utc.tm_mday,
        months[static_cast<std::size_t>(utc.tm_mon)],
        utc.tm_year + 1900,
        utc.tm_hour,
        utc.tm_min,
        utc.tm_sec);
    return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace codencollab::net
