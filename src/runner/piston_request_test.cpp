#include "runner/piston_request.h"

#include "wire/json_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <ostream>

namespace codencollab::runner {
namespace {

using testing::ElementsAre;

/// The project's own languages, every one of them installed as version 12.2.0.
const Runtimes& runtimes() {
    static const Runtimes loaded = [] {
        auto result = Runtimes::load(
            "runtimes", Limits(), [](const std::vector<std::string>&, const Runtime&) {
                return Result<std::string>("12.2.0");
            });
        EXPECT_TRUE(result) << result.error().message;
        return result ? std::move(*result) : Runtimes();
    }();
    return loaded;
}

Result<PistonRequest> parse(std::string_view text, const RequestRules& rules = {}) {
    auto json = wire::parse_json(text);
    EXPECT_TRUE(json) << text;
    return parse_request(*json, runtimes(), rules);
}

struct Refusal {
    const char* request;
    const char* message;
    friend std::ostream& operator<<(std::ostream& out, const Refusal& r) {
        return out << r.request;
    }
};

class Refused : public testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithPistonsMessage) {
    const auto parsed = parse(GetParam().request);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().message, GetParam().message);
    EXPECT_EQ(parsed.error().code, ErrorCode::bad_request);
}

#define FILES R"("files":[{"content":"x"}])"
#define BASH R"("language":"bash","version":"*",)"

INSTANTIATE_TEST_SUITE_P(
    InPistonsOrder,
    Refused,
    testing::Values(
        Refusal{"[]", "language is required as a string"},
        Refusal{"{}", "language is required as a string"},
        Refusal{R"({"language":1,"version":"*"})", "language is required as a string"},
        Refusal{R"({"language":""})", "language is required as a string"},
        Refusal{R"({"language":"bash"})", "version is required as a string"},
        Refusal{R"({"language":"cobol","version":"*"})", "files is required as an array"},
        Refusal{
            R"({"language":"cobol","version":"*","files":[{"content":1}]})",
            "files[0].content is required as a string"},
        Refusal{
            R"({"language":"bash","version":"*","files":[null]})", "files[0] must be an object"},
        Refusal{R"({"language":"cobol","version":"*",)" FILES "}", "cobol-* runtime is unknown"},
        Refusal{R"({"language":"bash","version":"1.x",)" FILES "}", "bash-1.x runtime is unknown"},
        Refusal{"{" BASH R"("files":[]})", "files must include at least one utf8 encoded file"},
        Refusal{
            "{" BASH R"("files":[{"content":"aa","encoding":"hex"}]})",
            "files must include at least one utf8 encoded file"},
        Refusal{
            "{" BASH R"("run_timeout":"1",)" FILES "}",
            "If specified, run_timeout must be a number"},
        Refusal{
            "{" BASH R"("run_timeout":10001,)" FILES "}",
            "run_timeout cannot exceed the configured limit of 10000"},
        Refusal{"{" BASH R"("run_cpu_time":-1,)" FILES "}", "run_cpu_time must be non-negative"},
        Refusal{
            "{" BASH R"("run_timeout":-1,"compile_memory_limit":-1,)" FILES "}",
            "compile_memory_limit must be non-negative"}));

INSTANTIATE_TEST_SUITE_P(
    BeyondPiston,
    Refused,
    testing::Values(
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":"/etc/x"}]})",
            "files[0].name must stay inside the job directory"},
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":"a/../../x"}]})",
            "files[0].name must stay inside the job directory"},
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":"a//b"}]})",
            "files[0].name is not a valid file name"},
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":"a\u0000b"}]})",
            "files[0].name is not a valid file name"},
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":"a\\b"}]})",
            "files[0].name is not a valid file name"},
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":"./a"}]})",
            "files[0].name is not a valid file name"},
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":7}]})", "files[0].name must be a string"},
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":"a.sh"},{"content":"y","name":"a.sh"}]})",
            "files[1].name is already used"},
        Refusal{
            "{" BASH R"("files":[{"content":"x","name":"a.sh/b"},{"content":"y","name":"a.sh"}]})",
            "files[1].name is already used"},
        Refusal{
            "{" BASH R"("files":[{"content":"x"},{"content":"zz","encoding":"hex"}]})",
            "files[1].content is not valid hex"},
        Refusal{
            "{" BASH R"("files":[{"content":"x"},{"content":"y","encoding":"rot13"}]})",
            "files[1].encoding must be one of base64, hex, utf8"},
        Refusal{"{" BASH R"("args":["a",1],)" FILES "}", "args must be an array of strings"},
        Refusal{"{" BASH R"("stdin":{},)" FILES "}", "stdin must be a string"}));

TEST(Request, TakesItsLimitsFromTheRuntime) {
    const auto parsed = parse("{" BASH R"("run_timeout":0,"run_cpu_time":1500.7,)" FILES "}");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->run_limits.wall, std::chrono::milliseconds(10'000));
    EXPECT_EQ(parsed->run_limits.cpu, std::chrono::milliseconds(1'500));
    EXPECT_EQ(parsed->run_limits.memory_bytes, 256U << 20U);
}

TEST(Request, HasTheLongerLimitWhereSomebodyMayType) {
    const RequestRules on_socket{.interactive_wall = std::chrono::minutes(5)};
    const auto piston = parse("{" BASH FILES "}", on_socket);
    const auto typed = parse("{" BASH R"("interactive":true,)" FILES "}", on_socket);
    const auto batch = parse("{" BASH R"("interactive":false,)" FILES "}", on_socket);
    ASSERT_TRUE(piston && typed && batch);
    EXPECT_EQ(piston->run_limits.wall, std::chrono::minutes(5));
    EXPECT_EQ(typed->run_limits.wall, std::chrono::minutes(5));
    EXPECT_EQ(batch->run_limits.wall, std::chrono::seconds(10));
}

TEST(Request, NamesFilesAsTheLanguageNeeds) {
    const auto parsed = parse(
        R"({"language":"cpp","version":"^12","files":[{"content":"00","encoding":"hex","name":"data"},)"
        R"({"content":"m"},{"content":"h","name":"lib/part"},{"content":"t","name":"notes.txt"}]})");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->files[0].path, "main.cpp");
    EXPECT_EQ(parsed->files[1].bytes, std::string("\0", 1));
    EXPECT_THAT(parsed->language_files, ElementsAre("main.cpp", "lib/part.cpp"));
    EXPECT_THAT(
        command_of(*parsed->runtime->compile, *parsed),
        testing::IsSupersetOf({"main.cpp", "lib/part.cpp"}));
}

TEST(Request, CallsAJavaFileAfterItsPublicClass) {
    const auto parsed = parse(
        R"({"language":"java","version":"*","files":[{"content":)"
        R"("package a.b; /* class X */ public final class Tea { static void main() {} }"}]})");
    ASSERT_TRUE(parsed) << parsed.error().message;
    EXPECT_EQ(parsed->files[0].path, "Tea.java");
    EXPECT_THAT(command_of(parsed->runtime->run, *parsed), testing::Contains("a.b.Tea"));
}

TEST(Request, CannotPassAFileNameOffAsAnOption) {
    const auto parsed = parse(
        R"({"language":"bash","version":"*","files":[{"content":"x","name":"-c.sh"}],"args":["-v"]})");
    ASSERT_TRUE(parsed);
    const auto command = command_of(parsed->runtime->run, *parsed);
    EXPECT_EQ(command[1], "./-c.sh");
    EXPECT_EQ(command[2], "-v");
}

TEST(RuntimeFiles, HaveStarterCodeAndAFullDescription) {
    EXPECT_GE(runtimes().all().size(), 7U);
    for (const Runtime& runtime : runtimes().all()) {
        EXPECT_FALSE(runtime.starter.empty()) << runtime.language;
        EXPECT_TRUE(runtime.extension.starts_with('.')) << runtime.language;
    }
}

TEST(RuntimeFiles, SayWhatIsWrongWithThem) {
    const auto message = [](const char* text) {
        const auto parsed = parse_runtime(text, "runtimes", Limits());
        return parsed ? std::string() : parsed.error().message;
    };
    EXPECT_EQ(message(""), "`language` is missing");
    EXPECT_EQ(message("language = 3"), "`language` must be a string");
    EXPECT_THAT(message("language = \"x"), testing::StartsWith("line 1: "));
    constexpr auto whole =
        "language='x'\ndisplay='X'\nextension='.x'\nversion_command=['x']\n[run]\ncommand=['x']\n";
    EXPECT_EQ(message(whole), "");
    EXPECT_EQ(message((std::string(whole) + "memory=3\n").c_str()), "`memory` is not a known key");
}

}  // namespace
}  // namespace codencollab::runner
