#include "running_server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <openssl/hmac.h>

#include <chrono>

namespace codencollab {
namespace {

constexpr const char* secret = "a-secret-of-the-project-with-more-than-32-bytes";
constexpr const char* user_id = "8d1f4c52-6e0b-4a3f-b7c8-2e915a60d417";

std::string base64url(std::string_view bytes) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string text;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char byte : bytes) {
        bits = (bits << 8) | static_cast<unsigned char>(byte);
        for (count += 8; count >= 6; count -= 6)
            text += letters[(bits >> (count - 6)) & 63];
    }
    if (count > 0) text += letters[(bits << (6 - count)) & 63];
    return text;
}

/// A token as Supabase makes it for a project that signs with its secret.
std::string token_of(std::string_view key, std::string_view issuer) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const std::string payload = fmt::format(
        R"({{"iss":"{}","sub":"{}","aud":"authenticated","exp":{},"iat":{},)"
        R"("role":"authenticated","user_metadata":{{"name":"Ada"}}}})",
        issuer,
        user_id,
        now + 600,
        now);
    const std::string signed_part =
        base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base64url(payload);
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(
        EVP_sha256(),
        key.data(),
        static_cast<int>(key.size()),
        reinterpret_cast<const unsigned char*>(signed_part.data()),
        signed_part.size(),
        mac,
        &size);
    return signed_part + "." + base64url({reinterpret_cast<const char*>(mac), size});
}

class WithSupabase : public RunningServer {
  protected:
    void SetUp() override {
        settings_.supabase_url = "https://project.supabase.co";
        settings_.supabase_jwt_secret = secret;
        settings_.supabase_anon_key = "public-key";
        start();
    }
    const std::string issuer_ = "https://project.supabase.co/auth/v1";
};

TEST_F(WithSupabase, ItsTokensOpenRoomsAndSockets) {
    const Person ada{user_id, token_of(secret, issuer_), "Ada"};
    const std::string room = room_of(ada);
    auto client = enter(room, ada);
    EXPECT_EQ(client.hear("room-state").at("you").at("name"), "Ada");
}

TEST_F(WithSupabase, OthersTokensDoNot) {
    for (const std::string& token :
         {token_of("another-secret-that-is-long-enough-too", issuer_),
          token_of(secret, "https://other.supabase.co/auth/v1"),
          token_of("public-key", issuer_)}) {
        const Person eve{user_id, token, "Eve"};
        EXPECT_EQ(get("/rooms", &eve).status, 401);
        EXPECT_EQ(PollingClient(port_, token).refusal(), "Invalid token");
    }
}

TEST_F(WithSupabase, TheClientLearnsWhereToSignIn) {
    const auto config = get("/config.json").json();
    EXPECT_EQ(config.at("identity"), "supabase");
    EXPECT_EQ(config.at("supabase_url"), "https://project.supabase.co");
    EXPECT_EQ(config.at("supabase_anon_key"), "public-key");
    EXPECT_EQ(send("POST", "/auth/v1/signup", nullptr, "{}").status, 404);
}

}  // namespace
}  // namespace codencollab
