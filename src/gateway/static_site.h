#pragma once

#include "base/guarded.h"
#include "base/unique_fd.h"
#include "net/http.h"

#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

namespace codencollab::gateway {

/// The web client's files: whatever is no route of ours. Paths without a file extension give
/// index.html, because the client has routes of its own. Hashed files (below /assets/) may be kept
/// for a year, everything else is asked for again each time and answered 304 while it is the same.
///
/// Threads: any. A thread of its own compresses the text files once at start; until a file's turn
///          comes it is sent as it is.
class StaticSite {
  public:
    /// `root` need not exist: then every path answers 404 and says how to build the client.
    /// `connect_origin` is one more origin that pages may talk to (Supabase); may be empty.
    StaticSite(std::filesystem::path root, std::string_view connect_origin);
    ~StaticSite();

    net::HttpResponse answer(const net::HttpRequest& request) const;

  private:
    struct OpenFile {
        UniqueFd fd;
        std::uint64_t size_bytes = 0;
        std::timespec changed_at{};
        std::string path;  // below the root, without a leading slash
    };
    struct Compressed {
        std::string etag;
        std::shared_ptr<const std::string> bytes;
    };

    std::optional<OpenFile> open(std::string_view path) const;
    static std::string etag_of(const OpenFile& file);
    net::HttpResponse send(const net::HttpRequest& request, OpenFile file) const;
    void compress_all(const std::stop_token& stop);

    std::filesystem::path root_;
    std::string content_security_policy_;
    mutable Guarded<std::map<std::string, Compressed, std::less<>>> compressed_;
    std::jthread compressing_;  // last: it uses the others
};

}  // namespace codencollab::gateway
