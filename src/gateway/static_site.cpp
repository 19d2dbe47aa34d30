#include "gateway/static_site.h"

#include "base/log.h"
#include "gateway/answers.h"

#include <fmt/format.h>
#include <zlib.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>

namespace codencollab::gateway {

namespace {

constexpr std::string_view index_file = "index.html";
constexpr std::string_view hashed_folder = "assets/";
/// Smaller files gain nothing.
constexpr std::size_t compress_bytes_min = 1 << 10;
/// What is kept compressed stays in memory; a client's build is far below this.
constexpr std::size_t compress_bytes_max = 32 << 20;

struct FileType {
    std::string_view extension;
    std::string_view content_type;
    bool is_text;
};
constexpr std::array file_types = {
    FileType{".html", "text/html; charset=utf-8", true},
    FileType{".js", "text/javascript; charset=utf-8", true},
    FileType{".mjs", "text/javascript; charset=utf-8", true},
    FileType{".css", "text/css; charset=utf-8", true},
    FileType{".json", "application/json; charset=utf-8", true},
    FileType{".map", "application/json; charset=utf-8", true},
    FileType{".webmanifest", "application/manifest+json; charset=utf-8", true},
    FileType{".svg", "image/svg+xml; charset=utf-8", true},
    FileType{".txt", "text/plain; charset=utf-8", true},
    FileType{".wasm", "application/wasm", true},
    FileType{".ttf", "font/ttf", true},
    FileType{".woff", "font/woff", false},
    FileType{".woff2", "font/woff2", false},
    FileType{".png", "image/png", false},
    FileType{".jpg", "image/jpeg", false},
    FileType{".webp", "image/webp", false},
    FileType{".ico", "image/x-icon", false},
};
constexpr FileType other_type{"", "application/octet-stream", false};

std::string_view extension_of(std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    const auto dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string_view{} : name.substr(dot);
}

const FileType& type_of(std::string_view path) {
    const auto* found = std::ranges::find(file_types, extension_of(path), &FileType::extension);
    return found == file_types.end() ? other_type : *found;
}

/// Hidden files are none of the client's, and empty segments are no way to name one.
bool is_plain(std::string_view path) {
    while (!path.empty()) {
        const auto slash = path.find('/');
        if (const auto segment = path.substr(0, slash); segment.empty() || segment.front() == '.') {
            return false;
        }
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    }
    return true;
}

std::string gzip(const std::string& bytes) {
    z_stream stream{};
    constexpr int window_bits_gzip = 15 + 16;
    if (deflateInit2(&stream, 6, Z_DEFLATED, window_bits_gzip, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        return {};
    }
    std::string out(deflateBound(&stream, bytes.size()), '\0');
    // zlib takes its input by a pointer to non-const and does not write to it.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool is_done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(is_done ? stream.total_out : 0);
    deflateEnd(&stream);
    return out;
}

std::string read_all(int fd, std::uint64_t size_bytes) {
    std::string bytes(size_bytes, '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const auto count =
            ::pread(fd, bytes.data() + have, bytes.size() - have, static_cast<off_t>(have));
        if (count <= 0) return {};
        have += static_cast<std::size_t>(count);
    }
    return bytes;
}

/// `If-None-Match` holds a list, or `*`; a weak mark counts like a strong one here (RFC 9110).
bool names_etag(std::string_view field, std::string_view etag) {
    return field == "*" || field.find(etag) != std::string_view::npos;
}

}  // namespace

StaticSite::StaticSite(std::filesystem::path root, std::string_view connect_origin)
    : root_(std::move(root)),
      content_security_policy_(fmt::format(
          "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
          "worker-src 'self' blob:; connect-src 'self' ws: wss:{}{}; img-src 'self' data:; "
          "font-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; object-src 'none'",
          connect_origin.empty() ? "" : " ",
          connect_origin)),
      compressing_([this](const std::stop_token& stop) { compress_all(stop); }) {}

StaticSite::~StaticSite() = default;

net::HttpResponse StaticSite::answer(const net::HttpRequest& request) const {
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = error_answer({ErrorCode::method_not_allowed, "Only GET is answered here."});
        refused.headers.set("Allow", "GET, HEAD");
        return refused;
    }
    const std::string_view path = std::string_view(request.path).substr(1);
    if (auto file = path.empty() ? std::nullopt : open(path)) {
        return send(request, std::move(*file));
    }
    if (!extension_of(path).empty()) {
        return error_answer({ErrorCode::not_found, "There is no such file."});
    }
    if (auto index = open(index_file)) return send(request, std::move(*index));
    return {
        404,
        {{"Content-Type", "text/plain; charset=utf-8"}},
        fmt::format(
            "The server runs, but the web client is not built: there is no {}.\n"
            "Build it with ./dev build, or name its folder with --static.\n",
            (root_ / index_file).string()),
        {}};
}

std::optional<StaticSite::OpenFile> StaticSite::open(std::string_view path) const {
    if (!is_plain(path)) return std::nullopt;
    UniqueFd fd(::open((root_ / path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat info{};
    if (!fd || ::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) return std::nullopt;
    return OpenFile{
        std::move(fd), static_cast<std::uint64_t>(info.st_size), info.st_mtim, std::string(path)};
}

std::string StaticSite::etag_of(const OpenFile& file) {
    return fmt::format(
        "\"{:x}-{:x}.{:x}\"", file.size_bytes, file.changed_at.tv_sec, file.changed_at.tv_nsec);
}

net::HttpResponse StaticSite::send(const net::HttpRequest& request, OpenFile file) const {
    const FileType& type = type_of(file.path);
    net::HttpResponse response;
    response.headers = {
        {"Content-Type", std::string(type.content_type)},
        {"Content-Security-Policy", content_security_policy_},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cache-Control",
         file.path.starts_with(hashed_folder) ? "public, max-age=31536000, immutable" : "no-cache"},
    };
    const std::string etag = etag_of(file);
    std::optional<Compressed> compressed;
    if (type.is_text) {
        response.headers.add("Vary", "Accept-Encoding");
        if (request.headers.has_token("accept-encoding", "gzip")) {
            compressed = compressed_.with_lock([&](const auto& all) -> std::optional<Compressed> {
                const auto found = all.find(file.path);
                if (found == all.end() || found->second.etag != etag) return std::nullopt;
                return found->second;
            });
        }
    }
    // The same mark for both codings: weak, because their bytes differ.
    response.headers.set("ETag", "W/" + etag);
    if (names_etag(request.headers.get("if-none-match"), etag)) {
        response.status = 304;
    } else if (compressed) {
        response.headers.set("Content-Encoding", "gzip");
        response.body = *compressed->bytes;
    } else {
        response.file = net::HttpFile{std::move(file.fd), file.size_bytes};
    }
    return response;
}

void StaticSite::compress_all(const std::stop_token& stop) {
    std::error_code failed;
    std::filesystem::recursive_directory_iterator files(root_, failed);
    for (; !failed && files != std::filesystem::end(files); files.increment(failed)) {
        if (stop.stop_requested()) return;
        const std::string path = files->path().lexically_relative(root_).string();
        if (!type_of(path).is_text) continue;
        const auto file = open(path);
        if (!file || file->size_bytes < compress_bytes_min ||
            file->size_bytes > compress_bytes_max) {
            continue;
        }
        std::string bytes = gzip(read_all(file->fd.get(), file->size_bytes));
        if (bytes.empty() || bytes.size() >= file->size_bytes) continue;
        Compressed entry{etag_of(*file), std::make_shared<const std::string>(std::move(bytes))};
        compressed_.with_lock([&](auto& all) { all.insert_or_assign(path, std::move(entry)); });
    }
}

}  // namespace codencollab::gateway
