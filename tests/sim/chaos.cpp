#include "sim/chaos.h"

#include "sim/client.h"
#include "sim/world.h"

#include <utility>

namespace codencollab::sim {

using std::chrono::milliseconds;

Chaos::Chaos(World& world) : world_(world) {}

void Chaos::every(
    std::size_t least_ms, std::size_t most_ms, Dice dice, std::function<void(Dice&)> act) {
    const milliseconds pause = dice.between(least_ms, most_ms);
    world_.scheduler().after(
        pause, [this, least_ms, most_ms, dice, act = std::move(act), goes_on = goes_on_]() mutable {
            if (!*goes_on) return;
            act(dice);
            every(least_ms, most_ms, dice, std::move(act));
        });
}

void Chaos::each(Fault fault, std::size_t most_ms, std::function<void(Dice&)> act) {
    if (!world_.options().has(fault)) return;
    Dice dice = world_.dice(to_string(fault));
    const std::size_t pace = most_ms / (1 + dice.below(5));
    every(pace / 8, pace, dice, std::move(act));
}

void Chaos::spells(Fault fault, std::function<void(bool, Dice&)> turn) {
    each(fault, 6'000, [this, turn = std::move(turn)](Dice& dice) {
        turn(true, dice);
        world_.scheduler().after(
            dice.between(100, 5'000), [turn, dice, goes_on = goes_on_]() mutable {
                if (*goes_on) turn(false, dice);
            });
    });
}

Client& Chaos::somebody(Dice& dice) {
    return *world_.clients()[dice.below(world_.clients().size())];
}

Client& Chaos::somebody_else_than_the_owner(Dice& dice) {
    const std::size_t others = world_.clients().size() - 1;
    return *world_.clients()[others == 0 ? 0 : 1 + dice.below(others)];
}

void Chaos::start() {
    start_people();
    start_disk();
    start_node();
    start_links();
    start_owner();
    start_runner();
}

void Chaos::start_people() {
    for (const auto& client : world_.clients()) {
        const Dice dice = world_.dice("act", client->place());
        const bool is_fast = client->habits().types_fast;
        every(is_fast ? 20 : 100, is_fast ? 200 : 900, dice, [who = client.get()](Dice&) {
            who->act();
        });
    }
    each(Fault::burst, 6'000, [this](Dice& dice) {
        Client& who = somebody(dice);
        if (who.habits().is_viewer || !who.is_here()) return;
        const std::size_t times = 5 + dice.below(60);
        for (std::size_t i = 0; i < times; ++i)
            who.editor().type();
    });
    each(Fault::paste, 6'000, [this](Dice& dice) {
        Client& who = somebody(dice);
        if (who.is_here()) who.editor().paste(20 + dice.below(dice.one_in(3) ? 900 : 150));
    });
    each(Fault::bad_change, 4'000, [this](Dice& dice) {
        Client& who = somebody(dice);
        if (who.is_here()) who.editor().send_nonsense();
    });
}

void Chaos::start_disk() {
    StoreTroubles& troubles = world_.store_troubles();
    spells(Fault::store_slow, [&troubles](bool is_on, Dice& dice) {
        troubles.delay_max = is_on ? dice.between(50, 4'000) : StoreTroubles().delay_max;
    });
    spells(Fault::store_error, [&troubles](bool is_on, Dice& dice) {
        troubles.error_percent = is_on ? 10 + dice.below(91) : 0;
    });
    spells(Fault::unknown_outcome, [&troubles](bool is_on, Dice& dice) {
        troubles.unknown_percent = is_on ? 10 + dice.below(91) : 0;
    });
    spells(Fault::load_error, [&troubles](bool is_on, Dice& dice) {
        troubles.load_error_percent = is_on ? 10 + dice.below(91) : 0;
    });
    spells(Fault::disk_full, [&troubles](bool is_on, Dice&) { troubles.disk_is_full = is_on; });
}

void Chaos::start_node() {
    const auto restart_after = [this](Dice& dice) {
        world_.scheduler().after(dice.between(10, 3'000), [this] { world_.node().start(); });
    };
    each(Fault::crash, 12'000, [this, restart_after](Dice& dice) {
        if (!world_.node().is_alive()) return;
        world_.node().crash();
        restart_after(dice);
    });
    each(Fault::drain, 15'000, [this](Dice&) { world_.node().drain(); });
    if (world_.options().has(Fault::drain)) {
        // The supervisor starts it again.
        every(100, 2'000, world_.dice("supervisor"), [this](Dice&) { world_.node().start(); });
    }
    each(Fault::freeze, 8'000, [this](Dice& dice) {
        world_.node().freeze(dice.between(50, 6'000));
    });
    each(Fault::wall_jump, 5'000, [this](Dice& dice) {
        world_.node().jump_wall(
            std::chrono::seconds(static_cast<std::int64_t>(dice.below(7'200)) - 3'600));
    });
}

void Chaos::start_links() {
    each(Fault::cut, 4'000, [this](Dice& dice) { somebody(dice).cut(false); });
    each(Fault::half_open, 6'000, [this](Dice& dice) { somebody(dice).cut(true); });
    each(Fault::reload, 6'000, [this](Dice& dice) { somebody(dice).reload(); });
    each(Fault::sleep, 8'000, [this](Dice& dice) {
        somebody(dice).sleep(dice.between(500, dice.one_in(4) ? 50'000 : 8'000));
    });
    spells(
        Fault::slow_reader, [this](bool is_on, Dice& dice) { somebody(dice).read_slowly(is_on); });
    each(Fault::all_leave, 9'000, [this](Dice& dice) { everybody_leaves(dice); });
}

// They come back around the moment in which the room is let go.
void Chaos::everybody_leaves(Dice& dice) {
    for (const auto& client : world_.clients()) {
        client->leave_for_good();
        const auto about = static_cast<std::size_t>(world_.limits().room_idle.count());
        client->come_back(dice.between(about > 300 ? about - 300 : 0, about + 1'500));
    }
}

void Chaos::start_owner() {
    each(Fault::roles, 3'000, [this](Dice& dice) {
        const room::User& whom = somebody_else_than_the_owner(dice).user();
        if (whom.id == world_.owner().user().id) return;
        switch (dice.below(4)) {
            case 0:
                return world_.remove_member(whom);
            case 1:
                return world_.set_role(whom, room::Role::viewer);
            default:
                return world_.set_role(whom, room::Role::editor);
        }
    });
    spells(Fault::lock, [this](bool is_on, Dice&) { world_.set_lock(is_on); });
    each(Fault::deletion, 15'000, [this](Dice&) {
        if (!world_.deletion_was_asked) world_.delete_room();
    });
}

void Chaos::start_runner() {
    RunnerTroubles& troubles = world_.runner_troubles();
    const auto turn_on = [this](Fault fault, std::size_t& percent) {
        if (world_.options().has(fault)) percent = 50;
    };
    turn_on(Fault::runner_hangs, troubles.hang_percent);
    turn_on(Fault::runner_twice, troubles.twice_percent);
    turn_on(Fault::runner_late, troubles.late_percent);
    turn_on(Fault::runner_floods, troubles.flood_percent);
    spells(Fault::runner_away, [&troubles](bool is_on, Dice&) { troubles.is_away = is_on; });
}

void Chaos::heal() {
    *goes_on_ = false;
    world_.store_troubles() = {};
    world_.runner_troubles() = {};
    if (!world_.node().is_up()) {
        world_.node().crash();  // it may be draining
        world_.node().start();
    }
    unlock();
    for (const auto& client : world_.clients()) {
        client->read_slowly(false);
        client->wake();
        client->come_back(milliseconds(100));
    }
}

void Chaos::unlock() {
    if (!world_.options().has(Fault::lock) || world_.deletion_was_asked) return;
    world_.set_lock(false, [this](bool done) {
        if (!done) world_.scheduler().after(std::chrono::seconds(1), [this] { unlock(); });
    });
}

}  // namespace codencollab::sim
