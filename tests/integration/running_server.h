#pragma once

#include "app/settings.h"
#include "http_client.h"
#include "polling_client.h"

#include <boost/json/value.hpp>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace codencollab {

struct Person {
    std::string id;
    std::string token;
    std::string name;
};

/// A whole server in this process, on a free port and in a data directory of its own, with the
/// small verbs of a story. Its runner is the program that this build made. One server serves all
/// tests of a suite, each with people and rooms of its own: to start it and its runner takes longer
/// than most of them do.
class RunningServer : public testing::Test {
  public:
    static void TearDownTestSuite();

  protected:
    RunningServer();

    /// Starts the suite's server, with `settings_`, unless it runs; after `stop` on the same data.
    void start();
    /// Ends as on SIGTERM. Whether everything was stored.
    bool stop();

    HttpAnswer get(const std::string& path, const Person* who = nullptr);
    HttpAnswer send(
        const std::string& method,
        const std::string& path,
        const Person* who,
        const std::string& json_body = {});

    Person guest(const std::string& name);
    std::string room_of(const Person& owner, const std::string& fields = R"("language":"python")");
    void join_by_link(const std::string& room, const Person& who);
    PollingClient enter(const std::string& room, const Person& who);
    std::string text_of(const std::string& room, const Person& who);

    app::Settings settings_;
    std::uint16_t port_ = 0;
};

/// A change that inserts `inserted` into `text` at `offset`, as Monaco reports it.
boost::json::value insertion(
    const std::string& text, std::size_t offset, const std::string& inserted);

}  // namespace codencollab
