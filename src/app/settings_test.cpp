#include "app/settings.h"

#include "app/limit_settings.h"
#include "app/setting_sources.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <fstream>

namespace codencollab::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// A configuration file that goes away with the test.
class SettingsFile : public testing::Test {
  public:
    ~SettingsFile() override { std::filesystem::remove(path_); }

  protected:
    SettingsFile() {
        static int number = 0;
        path_ = std::filesystem::temp_directory_path() /
                ("codencollab-settings-" + std::to_string(::getpid()) + "-" +
                 std::to_string(number++) + ".toml");
    }

    Result<SettingValues> read(const std::string& text) {
        std::ofstream(path_) << text;
        return read_config_file(path_, ConfigFile::required);
    }

    std::filesystem::path path_;
};

Result<SettingValues> environment(std::vector<const char*> entries) {
    entries.push_back(nullptr);
    return read_environment(entries.data());
}

TEST(Settings, AreTheContractsDefaultsWhenNothingIsSet) {
    const auto settings = read_settings({}, {}, {});
    ASSERT_TRUE(settings);
    EXPECT_EQ(to_string(settings->listen), "127.0.0.1:8000");
    EXPECT_EQ(settings->data, "data");
    EXPECT_TRUE(settings->piston_api.empty());
    EXPECT_GE(settings->threads, 1U);
}

TEST(Settings, AFlagGoesBeforeTheEnvironmentAndThatBeforeTheFile) {
    const SettingValues file = {{"data", {"file"}}, {"log_level", {"warn"}}, {"listen", {":3"}}};
    const SettingValues variables = {{"data", {"variable"}}, {"listen", {":2"}}};
    const auto settings = read_settings({{"listen", {"0.0.0.0:1"}}}, variables, file);
    ASSERT_TRUE(settings);
    EXPECT_EQ(to_string(settings->listen), "0.0.0.0:1");
    EXPECT_EQ(settings->data, "variable");
    EXPECT_EQ(settings->log_level, "warn");
}

TEST(Settings, OriginsInTheEnvironmentAreSeparatedByCommas) {
    const auto values = environment({"FRONTEND_ORIGIN=https://a.example/, HTTP://b.example:81"});
    ASSERT_TRUE(values);
    EXPECT_FALSE(read_settings({}, *values, {}));  // a scheme in capitals is no origin
    const auto settings = read_settings(
        {}, *environment({"FRONTEND_ORIGIN=https://a.example/, http://b.example:81"}), {});
    ASSERT_TRUE(settings);
    EXPECT_THAT(
        settings->frontend_origins, ElementsAre("https://a.example", "http://b.example:81"));
}

TEST(Settings, LimitsComeFromTheEnvironment) {
    const auto values = environment(
        {"CODENCOLLAB_LIMIT_SIGNUPS_PER_HOUR=900", "CODENCOLLAB_LIMIT_RUN_WALL_MS=2500"});
    ASSERT_TRUE(values);
    const auto settings = read_settings({}, *values, {});
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->limits.signups_per_hour, 900U);
    EXPECT_EQ(settings->limits.run_wall, std::chrono::milliseconds(2500));
}

TEST(Settings, AnUnknownVariableOfOursIsNamed) {
    EXPECT_THAT(
        environment({"CODENCOLLAB_LISTN=:1"}).error().message, HasSubstr("CODENCOLLAB_LISTN"));
    EXPECT_THAT(
        environment({"CODENCOLLAB_LIMIT_PATIENCE=1"}).error().message,
        HasSubstr("CODENCOLLAB_LIMIT_PATIENCE"));
    EXPECT_TRUE(environment({"PATH=/bin", "HOME=/root", "CODENCOLLAB_DATA="}));
}

TEST(Settings, ADatabaseOrABusThatThisVersionLacksIsRefusedByName) {
    for (const char* entry :
         {"DATABASE_URL=postgres://db/rooms", "DATABASE_URL_DIRECT=x", "NATS_URL=nats://bus"}) {
        const char* const variables[] = {"PATH=/bin", entry, nullptr};
        const auto checked = check_supported(variables);
        ASSERT_FALSE(checked) << entry;
        const std::string name(entry, std::string_view(entry).find('='));
        EXPECT_THAT(checked.error().message, HasSubstr(name + " is set"));
    }
    const char* const harmless[] = {"DATABASE_URL=", "NATS_URL_OF_OTHERS=x", nullptr};
    EXPECT_TRUE(check_supported(harmless));
}

TEST(Settings, SupabaseNeedsBothAddressAndSecret) {
    EXPECT_FALSE(read_settings({{"supabase_url", {"https://x.supabase.co"}}}, {}, {}));
    EXPECT_TRUE(read_settings(
        {{"supabase_url", {"https://x.supabase.co/"}}, {"supabase_jwt_secret", {"s"}}}, {}, {}));
}

TEST_F(SettingsFile, SetsTextsNumbersListsAndLimits) {
    const auto values = read(
        "listen = \"127.0.0.1:9000\"\nthreads = 3\nfrontend_origin = [\"https://a.example\"]\n"
        "[limits]\nchat_units = 100\n");
    ASSERT_TRUE(values) << values.error().message;
    const auto settings = read_settings({}, {}, *values);
    ASSERT_TRUE(settings) << settings.error().message;
    EXPECT_EQ(settings->listen.port, 9000);
    EXPECT_EQ(settings->threads, 3U);
    EXPECT_THAT(settings->frontend_origins, ElementsAre("https://a.example"));
    EXPECT_EQ(settings->limits.chat_units, 100U);
}

TEST_F(SettingsFile, AnUnknownKeyIsNamed) {
    EXPECT_THAT(read("lisen = \"x\"\n").error().message, HasSubstr("'lisen'"));
    EXPECT_THAT(read("[limits]\nchat = 5\n").error().message, HasSubstr("'chat'"));
}

TEST_F(SettingsFile, BrokenTomlNamesItsLine) {
    EXPECT_THAT(read("listen = \"a:1\"\nx ==\n").error().message, HasSubstr("line 2"));
}

TEST_F(SettingsFile, MayBeMissingUnlessItWasAskedFor) {
    EXPECT_TRUE(read_config_file("/nowhere/codencollab.toml", ConfigFile::optional));
    EXPECT_FALSE(read_config_file("/nowhere/codencollab.toml", ConfigFile::required));
}

struct BadSetting {
    std::string key, value;
};
class BadSettings : public testing::TestWithParam<BadSetting> {};
TEST_P(BadSettings, AreRefusedWithTheNameOfTheFlag) {
    const auto [key, value] = GetParam();
    const auto settings = read_settings({{key, {value}}}, {}, {});
    ASSERT_FALSE(settings);
    EXPECT_THAT(settings.error().message, HasSubstr("--"));
    EXPECT_THAT(settings.error().message, HasSubstr(value));
}
INSTANTIATE_TEST_SUITE_P(
    OfEachKind,
    BadSettings,
    testing::Values(
        BadSetting{"listen", "localhost"},
        BadSetting{"listen", "127.0.0.1:70000"},
        BadSetting{"threads", "0"},
        BadSetting{"threads", "many"},
        BadSetting{"log_level", "loud"},
        BadSetting{"log_format", "xml"},
        BadSetting{"frontend_origin", "app.example.com"},
        BadSetting{"frontend_origin", "https://a.example/path"},
        BadSetting{"piston_api", "piston"}));

TEST(ListenAddress, TakesIpv6InBrackets) {
    const auto address = parse_listen_address("[::1]:8000");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->host, "::1");
    EXPECT_EQ(to_string(*address), "[::1]:8000");
}

TEST(LimitSettings, EveryNameCanBeReadAndSet) {
    for (const std::string_view name : limit_names()) {
        Limits limits;
        ASSERT_TRUE(set_limit(limits, name, "17"));
        EXPECT_EQ(limit_text(limits, name), "17") << name;
    }
}

TEST(LimitSettings, RefuseWhatIsNoCount) {
    Limits limits;
    for (const std::string_view value : {"0", "-1", "1.5", "", "9e9", "99999999999999999999"}) {
        EXPECT_FALSE(set_limit(limits, "chat_units", value)) << value;
    }
}

}  // namespace
}  // namespace codencollab::app
