#include "runner/piston_words.h"

#include <gtest/gtest.h>

#include <csignal>
#include <ostream>

namespace codencollab::runner {
namespace {

constexpr int exit_with(int code) {
    return code << 8;
}

struct WordsCase {
    const char* name;
    Verdict verdict;
    int wait_status;
    bool memory_hit;
    bool out_over;
    const char* status;
    const char* signal;
    const char* message;
    const char* limit;
    friend std::ostream& operator<<(std::ostream& out, const WordsCase& c) { return out << c.name; }
};

class Words : public testing::TestWithParam<WordsCase> {};

TEST_P(Words, AreThoseOfPiston) {
    const WordsCase& c = GetParam();
    StageEnd end;
    end.verdict = c.verdict;
    end.wait_status = c.wait_status;
    end.memory_hit = c.memory_hit;
    end.message = "no sandbox";
    const PistonWords words = words_for(end, c.out_over, false, StageLimits());
    const auto text = [](const std::optional<std::string>& value) { return value.value_or(""); };
    EXPECT_EQ(text(words.status), c.status);
    EXPECT_EQ(text(words.signal), c.signal);
    EXPECT_EQ(text(words.message), c.message);
    EXPECT_EQ(text(words.limit), c.limit);
    EXPECT_EQ(words.code.has_value(), words.signal == std::nullopt && words.status != "XX");
}

INSTANTIATE_TEST_SUITE_P(
    EachEnd,
    Words,
    testing::Values(
        WordsCase{"ok", Verdict::ended, 0, false, false, "", "", "", ""},
        WordsCase{
            "exit",
            Verdict::ended,
            exit_with(3),
            false,
            false,
            "RE",
            "",
            "Exited with error status 3",
            ""},
        WordsCase{
            "crash",
            Verdict::ended,
            SIGSEGV,
            false,
            false,
            "SG",
            "SIGSEGV",
            "Caught fatal signal 11",
            ""},
        WordsCase{
            "cpu",
            Verdict::cpu_time,
            0,
            false,
            false,
            "TO",
            "SIGKILL",
            "Time limit exceeded",
            "cpu_time"},
        WordsCase{
            "backstop",
            Verdict::ended,
            SIGXCPU,
            false,
            false,
            "TO",
            "SIGKILL",
            "Time limit exceeded",
            "cpu_time"},
        WordsCase{
            "wall",
            Verdict::wall_time,
            0,
            false,
            false,
            "TO",
            "SIGKILL",
            "Time limit exceeded (wall clock)",
            "wall_time"},
        WordsCase{
            "output",
            Verdict::killed,
            0,
            false,
            true,
            "OL",
            "SIGKILL",
            "stdout length exceeded",
            "output"},
        WordsCase{
            "memory",
            Verdict::memory,
            0,
            true,
            false,
            "SG",
            "SIGKILL",
            "Memory limit exceeded (256 MiB)",
            "memory"},
        WordsCase{
            "a child's memory",
            Verdict::ended,
            exit_with(1),
            true,
            false,
            "RE",
            "",
            "Memory limit exceeded (256 MiB)",
            "memory"},
        WordsCase{
            "stopped",
            Verdict::killed,
            0,
            false,
            false,
            "SG",
            "SIGKILL",
            "Caught fatal signal 9",
            ""},
        WordsCase{"failed", Verdict::failed, 0, false, false, "XX", "", "no sandbox", ""}));

TEST(Signals, HaveNamesAndAreFoundByThem) {
    EXPECT_EQ(signal_name(SIGINT), "SIGINT");
    EXPECT_EQ(signal_name(SIGRTMIN), "SIGRTMIN");
    EXPECT_EQ(signal_name(SIGRTMIN + 1), "SIGRTMIN+1");
    EXPECT_EQ(signal_name(SIGRTMAX - 1), "SIGRTMAX-1");
    for (int signal = 1; signal <= SIGRTMAX; ++signal) {
        if (signal == 32 || signal == 33) continue;  // glibc keeps them for itself
        EXPECT_EQ(parse_signal(signal_name(signal)), signal);
    }
    EXPECT_FALSE(parse_signal("SIGNOTHING"));
    EXPECT_FALSE(parse_signal(""));
}

}  // namespace
}  // namespace codencollab::runner
