#include "sim/story.h"

#include "base/utf.h"
#include "sim/chaos.h"
#include "sim/checks.h"
#include "sim/world.h"

#include <fmt/format.h>

#include <chrono>

namespace codencollab::sim {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void become_quiet(World& world) {
    std::string why;
    const bool is_quiet = world.pass(seconds(60), [&] {
        why = unrest(world);
        return why.empty();
    });
    if (!is_quiet) return world.violation("not quiet a minute after everything healed: " + why);
    if (std::string wrong = complaint_of_quiet_world(world); !wrong.empty()) {
        world.violation(std::move(wrong));
    }
}

// Nothing is left of a room that everybody has left: no session, no place in memory, no timer.
void everybody_goes(World& world, const std::optional<std::u16string>& text) {
    for (const auto& client : world.clients())
        client->leave_for_good();
    const bool is_empty = world.pass(seconds(60), [&] {
        Node& node = world.node();
        return node.session_count() == 0 && node.rooms().open_count() == 0 &&
               node.store().waiting() == 0 && node.loop().is_idle();
    });
    if (!is_empty) return world.violation("a room that everybody has left stays in memory");
    const std::size_t writes = world.node().store().writes();
    for (std::size_t events = 0; world.scheduler().run_next(); ++events) {
        if (events > 20'000) return world.violation("something goes on for ever in an empty world");
    }
    if (world.node().store().writes() != writes) {
        world.violation("something is written after the room was let go");
    }
    if (world.room_is_deleted) return;
    const Disk::Kept& kept = *world.disk().find(world.room());
    if (to_utf16(kept.text) != text) world.violation("the text for people is another one");
    if (to_utf16(kept.replayed_text()) != text) world.violation("the history makes another text");
}

void load_afresh(World& world, const std::u16string& text) {
    world.node().crash();
    world.node().start();
    const bool opens = world.pass(seconds(5), [&] { return text_at_node(world).has_value(); });
    if (!opens) return world.violation("the stored room does not open");
    if (text_at_node(world) != text) world.violation("the stored text is another one");
}

void tell(World& world) {
    world.set_up();
    if (world.complaint()) return;
    Chaos chaos(world);
    chaos.start();
    world.pass(milliseconds(world.options().chaos_ms), [] { return false; });
    if (world.complaint()) return;
    world.trace().note("world.heals");
    chaos.heal();
    become_quiet(world);
    if (world.complaint()) return;
    const auto text = text_at_node(world);
    everybody_goes(world, text);
    if (!world.complaint() && !world.room_is_deleted) load_afresh(world, *text);
}

}  // namespace

Outcome play(const Options& options, std::size_t trace_lines) {
    World world(options);
    world.trace().keep_lines(trace_lines);
    tell(world);
    return {
        world.complaint(),
        world.trace().hash(),
        world.scheduler().events(),
        world.acts,
        world.trace().lines()};
}

}  // namespace codencollab::sim
