#include "base/fault_point.h"

#include "store/database_for_tests.h"

#include <gtest/gtest.h>
#include <spawn.h>

#include <sys/wait.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>

extern char** environ;

namespace codencollab::store {
namespace {

constexpr const char* directory_variable = "CODENCOLLAB_TEST_DIRECTORY";
const RoomId the_room = *RoomId::parse("0b3c1c4e-8f0f-4d0e-9a53-6a3c2f1d5e77");
constexpr std::uint64_t updates_typed = 60;

// What the child process does: types, folds and saves, and writes down what was acknowledged.
using FaultPointChild = Database;
TEST_F(FaultPointChild, TypesUntilItDies) {
    const char* directory = std::getenv(directory_variable);
    if (directory == nullptr) GTEST_SKIP() << "started by the other tests here";
    data_ = directory;
    std::ofstream record(data_.string() + ".record");
    ASSERT_TRUE(open());
    ASSERT_TRUE(create(the_room));
    for (std::uint64_t number = 1; number <= updates_typed; ++number) {
        ASSERT_TRUE(append(the_room, number, std::to_string(number)));
        record << number << std::endl;
        if (number % 10 == 0) {
            ASSERT_TRUE(fold(the_room, number, "through " + std::to_string(number)));
        }
        if (number % 15 == 0) {
            ASSERT_TRUE(save(the_room, "text"));
        }
    }
}

struct Fault {
    const char* point;
    const char* how;
    int pass;
};

class FaultPoint : public Database, public testing::WithParamInterface<Fault> {
  protected:
    /// Runs the child with the fault and answers how it ended.
    int run_child() {
        const std::string fault = std::string("CODENCOLLAB_FAULT=") + GetParam().point + ':' +
                                  GetParam().how + '@' + std::to_string(GetParam().pass);
        const std::string directory = std::string(directory_variable) + '=' + data_.string();
        std::string program = "store_test";
        std::string filter = "--gtest_filter=FaultPointChild.*";
        std::vector<char*> variables;
        for (char** one = environ; *one != nullptr; ++one)
            variables.push_back(*one);
        variables.push_back(const_cast<char*>(fault.c_str()));
        variables.push_back(const_cast<char*>(directory.c_str()));
        variables.push_back(nullptr);
        std::array<char*, 3> arguments{program.data(), filter.data(), nullptr};
        pid_t child = 0;
        EXPECT_EQ(
            ::posix_spawn(
                &child, "/proc/self/exe", nullptr, nullptr, arguments.data(), variables.data()),
            0);
        int status = 0;
        EXPECT_EQ(::waitpid(child, &status, 0), child);
        return status;
    }
};

TEST_P(FaultPoint, LosesNothingAcknowledgedAndDoublesNothing) {
#ifndef CODENCOLLAB_FAULT_POINTS
    GTEST_SKIP() << "built without fault points";
#endif
    data_ = directory_.path() / "data";
    const int status = run_child();
    if (std::string_view(GetParam().how) == "kill") {
        ASSERT_TRUE(WIFSIGNALED(status));
        EXPECT_EQ(WTERMSIG(status), SIGKILL);
    } else {
        ASSERT_TRUE(WIFEXITED(status));
        EXPECT_EQ(WEXITSTATUS(status), 86);
    }
    std::uint64_t acknowledged = 0;
    std::ifstream record(data_.string() + ".record");
    while (record >> acknowledged) {
    }
    ASSERT_TRUE(open());
    const Updates history = history_of(the_room);
    // The one in flight may be there or not.
    ASSERT_GE(history.size(), acknowledged + 1);
    ASSERT_LE(history.size(), acknowledged + 2);
    for (std::uint64_t number = 1; number < history.size(); ++number)
        EXPECT_EQ(history[number], std::to_string(number));
    // What was in flight comes again, and then everything is there once.
    for (std::uint64_t number = acknowledged; number <= updates_typed; ++number) {
        if (number > 0) {
            ASSERT_TRUE(append(the_room, number, std::to_string(number)));
        }
    }
    EXPECT_EQ(history_of(the_room).size(), updates_typed + 1);
    ASSERT_TRUE(fold(the_room, updates_typed, "whole"));
    EXPECT_EQ(updates_of(the_room), Updates{"whole"});
    EXPECT_EQ(history_of(the_room).size(), updates_typed + 1);
    EXPECT_FALSE((*load(the_room))->document.is_recovered);
}
INSTANTIATE_TEST_SUITE_P(
    Points,
    FaultPoint,
    testing::Values(
        Fault{"log.before_append", "kill", 1},
        Fault{"log.before_append", "exit", 37},
        Fault{"log.after_commit", "kill", 3},
        Fault{"log.after_commit", "exit", 38},
        Fault{"fold.mid", "kill", 1},
        Fault{"fold.mid", "kill", 3},
        Fault{"autosave.before", "kill", 2}),
    [](const auto& fault) {
        std::string name = std::string(fault.param.point) + std::to_string(fault.param.pass);
        for (char& c : name) {
            if (c == '.') c = '_';
        }
        return name;
    });

}  // namespace
}  // namespace codencollab::store
