#pragma once

#include "sim/dice.h"
#include "sim/options.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace codencollab::sim {

class World;
class Client;

/// People at work, and everything that goes wrong meanwhile: what the options of the world name,
/// each at its own pace. `heal` ends it and mends what it broke.
class Chaos {
  public:
    explicit Chaos(World& world);
    void start();
    void heal();

  private:
    /// Does `act` again and again, after pauses between these.
    void every(
        std::size_t least_ms, std::size_t most_ms, Dice dice, std::function<void(Dice&)> act);
    /// As `every`, in worlds with this fault; at its own pace in each.
    void each(Fault fault, std::size_t most_ms, std::function<void(Dice&)> act);
    /// Turns something on for a while, again and again.
    void spells(Fault fault, std::function<void(bool, Dice&)> turn);

    void start_people();
    void start_disk();
    void start_node();
    void start_links();
    void start_owner();
    void start_runner();
    void everybody_leaves(Dice& dice);
    void unlock();
    Client& somebody(Dice& dice);
    Client& somebody_else_than_the_owner(Dice& dice);

    World& world_;
    std::shared_ptr<bool> goes_on_ = std::make_shared<bool>(true);
};

}  // namespace codencollab::sim
