#pragma once

#include "app/runner_command.h"
#include "app/settings.h"
#include "base/error.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace codencollab::app {

/// A running server: every part chosen and wired.
///
/// Threads: made, used and destroyed by one thread that is none of the loops. Threads that it makes
///          inherit the caller's signal mask.
class Node {
  public:
    /// Starts everything; requests are answered when it returns, runs a little later. Fails with
    /// one clear line: port in use, data directory not writable or in use, bad address.
    static Result<std::unique_ptr<Node>> start(Settings settings, const RunnerCommand& runner = {});
    ~Node();
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;

    /// Where it listens: the port is the real one.
    const ListenAddress& address() const;

    /// Waits until programs can be run, or until `at_most` has gone by; empty, or why they cannot.
    std::string wait_for_runner(std::chrono::milliseconds at_most);

    /// Ends well: takes no new connection, lets running programs end (a few seconds), stores every
    /// room's text and tells the clients to come back later. False when not all could be stored.
    /// Takes at most about nine seconds.
    bool drain();

  private:
    class Parts;
    explicit Node(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace codencollab::app
