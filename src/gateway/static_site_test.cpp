#include "gateway/static_site.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace codencollab::gateway {
namespace {

using testing::HasSubstr;

/// A small built client in a directory of its own.
class ServedClient : public testing::Test {
  protected:
    ServedClient() {
        static int number = 0;
        root_ = std::filesystem::temp_directory_path() /
                ("codencollab-site-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
        std::filesystem::create_directories(root_ / "web" / "assets");
        write("web/index.html", "<!doctype html>client");
        write("web/assets/index-1a2b.js", std::string(5'000, 'x'));
        write("web/.hidden", "secret");
        write("outside.txt", "outside");
        std::filesystem::create_symlink(root_ / "outside.txt", root_ / "web" / "link.txt");
        site_ = std::make_unique<StaticSite>(root_ / "web", "https://x.supabase.co");
    }
    ~ServedClient() override {
        site_.reset();
        std::filesystem::remove_all(root_);
    }

    void write(const std::string& name, const std::string& text) {
        std::ofstream(root_ / name) << text;
    }

    net::HttpResponse get(std::string path, net::HttpHeaders headers = {}) {
        net::HttpRequest request;
        request.method = "GET";
        request.path = std::move(path);
        request.headers = std::move(headers);
        return site_->answer(request);
    }

    std::filesystem::path root_;
    std::unique_ptr<StaticSite> site_;
};

std::string content(const net::HttpResponse& response) {
    if (!response.file) return response.body;
    std::string text(response.file->size_bytes, '\0');
    const auto count = ::pread(response.file->fd.get(), text.data(), text.size(), 0);
    text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return text;
}

TEST_F(ServedClient, RoutesOfTheClientGiveItsPage) {
    for (const char* path : {"/", "/r/123", "/sign-in"}) {
        const auto response = get(path);
        EXPECT_EQ(response.status, 200) << path;
        EXPECT_EQ(content(response), "<!doctype html>client");
        EXPECT_THAT(std::string(response.headers.get("Content-Type")), HasSubstr("text/html"));
        EXPECT_EQ(response.headers.get("Cache-Control"), "no-cache");
        EXPECT_THAT(
            std::string(response.headers.get("Content-Security-Policy")),
            HasSubstr("wss: https://x.supabase.co;"));
    }
}

TEST_F(ServedClient, HashedFilesMayBeKeptForAYear) {
    const auto response = get("/assets/index-1a2b.js");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(content(response).size(), 5'000U);
    EXPECT_THAT(std::string(response.headers.get("Cache-Control")), HasSubstr("immutable"));
    EXPECT_THAT(std::string(response.headers.get("Content-Type")), HasSubstr("javascript"));
}

TEST_F(ServedClient, AnUnchangedFileIsNotSentAgain) {
    const std::string etag(get("/").headers.get("ETag"));
    const auto again = get("/", {{"If-None-Match", etag}});
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(content(again), "");

    write("web/index.html", "<!doctype html>newer client");
    EXPECT_EQ(get("/", {{"If-None-Match", etag}}).status, 200);
}

TEST_F(ServedClient, OnlyItsOwnFilesAreSent) {
    for (const char* path :
         {"/missing.js",
          "/.hidden",
          "/link.txt",
          "/assets/.x",
          "//etc/passwd.txt",
          "/assets//x.js"}) {
        const auto response = get(path);
        EXPECT_EQ(response.status, 404) << path;
        EXPECT_THAT(content(response), HasSubstr("not_found")) << path;
    }
    EXPECT_THAT(content(get("/assets")), HasSubstr("client"));  // a folder is a route of the client
}

TEST_F(ServedClient, OnlyReadingIsAllowed) {
    net::HttpRequest request;
    request.method = "POST";
    request.path = "/sign-in";
    const auto response = site_->answer(request);
    EXPECT_EQ(response.status, 405);
    EXPECT_EQ(response.headers.get("Allow"), "GET, HEAD");
}

TEST(StaticSite, SaysHowToBuildAClientThatIsNotThere) {
    const StaticSite site("/nowhere/at/all", "");
    net::HttpRequest request;
    request.method = "GET";
    request.path = "/";
    const auto response = site.answer(request);
    EXPECT_EQ(response.status, 404);
    EXPECT_THAT(response.body, HasSubstr("./dev build"));
}

}  // namespace
}  // namespace codencollab::gateway
