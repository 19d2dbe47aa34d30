#include "sim/node.h"

#include <fmt/format.h>

#include <utility>

namespace codencollab::sim {

Node::Life::Life(const Ports& ports, Dice dice)
    : loop(std::make_shared<NodeLoop>(ports.scheduler)),
      clock(ports.scheduler),
      random(dice.stream("random")),
      store(std::make_shared<SimStore>(
          ports.scheduler,
          *loop,
          ports.disk,
          ports.store_troubles,
          ports.trace,
          dice.stream("store"))),
      executor(std::make_shared<SimExecutor>(
          ports.scheduler, *loop, ports.runner_troubles, dice.stream("executor"))),
      limiters(ports.limits, clock),
      rooms(std::make_unique<room::Rooms>(room::RoomsPorts{
          *loop, clock, random, *store, *executor, encoder, ports.limits, limiters})) {}

Node::~Node() {
    ports_.died = [] {};
    crash();
}

void Node::start() {
    if (life_) return;
    ports_.trace.note("node.start");
    is_draining_ = false;
    life_ = std::make_unique<Life>(ports_, dice_.stream("life", ++lives_));
    life_->clock.jump(wall_offset_);
    ports_.disk.end_lost_runs(life_->clock.wall_now());
}

void Node::crash() {
    if (!life_) return;
    ports_.trace.note("node.crash");
    drain_timer_.cancel();
    life_->store->die();
    life_->executor->die();
    const auto sessions = std::exchange(life_->sessions, {});
    for (const auto& session : sessions)
        session->drop();
    life_->loop->drop_all();
    // What the dying say and ask is heard by nobody: their loop and store are theirs.
    auto dying = std::exchange(life_, nullptr);
    dying->rooms.reset();
    dying->loop->drop_all();
    ports_.died();
}

void Node::drain() {
    if (!is_up()) return;
    ports_.trace.note("node.drain");
    is_draining_ = true;
    const auto end = [this] { crash(); };
    // The loop may not die within its own turn: the end is an event of the world.
    life_->rooms->save_all(
        [this, end] { drain_timer_ = ports_.scheduler.timer(std::chrono::milliseconds(1), end); });
    if (life_) drain_timer_ = ports_.scheduler.timer(drain_max, end);
}

void Node::freeze(std::chrono::milliseconds time) {
    if (!life_) return;
    ports_.trace.note("node.freeze", static_cast<std::uint64_t>(time.count()));
    life_->loop->freeze(ports_.scheduler.now() + time);
}

void Node::post(std::move_only_function<void(Node&)> work) {
    if (!life_) return;
    life_->loop->post([this, work = std::move(work)]() mutable { work(*this); });
}

std::shared_ptr<Session> Node::accept(Session::Downlink down) {
    if (!is_up()) return nullptr;
    auto session = std::make_shared<Session>(
        Session::Ports{
            *life_->loop,
            *life_->rooms,
            ports_.scheduler,
            ports_.frames_max,
            [this](const Session* ended) { let_go(ended); },
            [this](std::string what) { ports_.fault(std::move(what)); }},
        std::move(down),
        fmt::format("sid-{}", ++sessions_made_));
    life_->sessions.push_back(session);
    return session;
}

void Node::let_go(const Session* session) {
    if (!life_) return;
    // Not at once: it is one of its own calls that ends here.
    life_->loop->post([this, gone = session] {
        std::erase_if(life_->sessions, [&](const auto& each) { return each.get() == gone; });
    });
}

}  // namespace codencollab::sim
