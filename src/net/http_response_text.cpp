#include "net/http_response_text.h"

#include "net/http_text.h"

#include <fmt/format.h>
#include <zlib.h>

#include <array>
#include <optional>
#include <string_view>

namespace codencollab::net {
namespace {

constexpr std::size_t compress_bytes_min = 1 << 10;

bool is_compressible(std::string_view type) {
    constexpr std::array<std::string_view, 5> types{
        "text/", "application/json", "application/javascript", "image/svg+xml", "application/wasm"};
    for (const std::string_view start : types) {
        if (type.size() >= start.size() &&
            equal_ignoring_case(type.substr(0, start.size()), start)) {
            return true;
        }
    }
    return false;
}

// Fast rather than small: this runs on the loop.
std::optional<std::string> gzipped(std::string_view body) {
    constexpr int gzip_window = 15 + 16;
    z_stream stream{};
    if (deflateInit2(&stream, 1, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return std::nullopt;
    }
    std::string out(deflateBound(&stream, body.size()), '\0');
    // zlib does not write through next_in, whatever its type says.
    auto* data = const_cast<char*>(body.data());  // NOLINT(*-const-cast)
    stream.next_in = reinterpret_cast<Bytef*>(data);
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(stream.total_out);
    deflateEnd(&stream);
    if (!done) return std::nullopt;
    return out;
}

void compress(HttpResponse& response, bool client_takes_gzip) {
    const bool may = !response.file && response.body.size() >= compress_bytes_min &&
                     !response.headers.contains("Content-Encoding") &&
                     is_compressible(response.headers.get("Content-Type"));
    if (!may) return;
    // Told even when this client does not take it: caches must keep the two apart.
    response.headers.add("Vary", "Accept-Encoding");
    if (!client_takes_gzip) return;
    if (auto packed = gzipped(response.body)) {
        response.body = std::move(*packed);
        response.headers.add("Content-Encoding", "gzip");
    }
}

// CR or LF in a value would let it say more fields than it is.
bool is_clean(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

bool takes_gzip(const HttpHeaders& headers) {
    for (const auto& [name, value] : headers) {
        if (!equal_ignoring_case(name, "Accept-Encoding")) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            const auto comma = std::min(rest.find(','), rest.size());
            std::string_view item = trimmed(rest.substr(0, comma));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
            const auto semicolon = std::min(item.find(';'), item.size());
            const std::string_view quality =
                trimmed(item.substr(std::min(semicolon + 1, item.size())));
            if (equal_ignoring_case(trimmed(item.substr(0, semicolon)), "gzip")) {
                return quality != "q=0" && quality != "q=0.0";
            }
        }
    }
    return false;
}

std::string finish_response(HttpResponse& response, const ResponseContext& context) {
    compress(response, context.takes_gzip);
    std::string head = fmt::format(
        "HTTP/1.1 {} {}\r\nDate: {}\r\n",
        response.status,
        reason_phrase(response.status),
        http_date_now());
    for (const auto& [name, value] : response.headers) {
        if (is_clean(name) && is_clean(value)) head += fmt::format("{}: {}\r\n", name, value);
    }
    const bool has_body =
        response.status >= 200 && response.status != 204 && response.status != 304;
    if (has_body) {
        head += fmt::format(
            "Content-Length: {}\r\n",
            response.file ? response.file->size_bytes : response.body.size());
    }
    if (!has_body || context.is_head) {
        response.body.clear();
        response.file.reset();
    }
    head += context.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    return head;
}

}  // namespace codencollab::net
