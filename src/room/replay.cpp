#include "room/replay.h"

#include "base/log.h"
#include "crdt/document.h"

#include <limits>
#include <memory>
#include <utility>
#include <vector>

namespace codencollab::room {

namespace {

constexpr std::size_t page_updates = 1'000;
// A slice takes about a millisecond.
constexpr std::size_t slice_updates = 250;
constexpr std::size_t slice_bytes = 64 << 10;

crdt::DocumentOptions replay_options() {
    crdt::DocumentOptions options;
    // What was accepted once is taken, whatever the limit is now.
    options.limits.text_units = std::numeric_limits<std::uint32_t>::max();
    return options;
}

/// Lives in the callbacks that it waits for.
class Replay : public std::enable_shared_from_this<Replay> {
  public:
    Replay(Loop& loop, RoomStore& store, RoomId room, WallTime at, Callback<std::string> done)
        : loop_(loop), store_(store), room_(room), at_(at), done_(std::move(done)) {}

    void ask(std::string after) {
        store_.history(
            room_,
            {.after = std::move(after), .count = page_updates, .from = {}, .to = at_},
            [self = shared_from_this()](Result<HistoryPage> page) {
                if (!page) return self->done_(std::unexpected(std::move(page).error()));
                self->page_ = std::move(*page);
                self->next_ = 0;
                self->apply_slice();
            });
    }

  private:
    void apply_slice() {
        std::size_t bytes = 0;
        for (std::size_t i = 0; next_ < page_.updates.size(); ++i, ++next_) {
            if (i == slice_updates || bytes > slice_bytes) {
                return loop_.post([self = shared_from_this()] { self->apply_slice(); });
            }
            const std::string& update = page_.updates[next_].bytes;
            bytes += update.size();
            if (const auto applied = document_.apply(update); !applied) {
                spdlog::error("An update in a history is damaged: {}", describe(applied.error()));
                return done_(fail(
                    ErrorCode::store_unavailable,
                    "The history of this room is damaged from there on. Ask for an earlier time."));
            }
        }
        if (page_.next) return ask(std::move(*page_.next));
        done_(document_.text("code").to_string());
    }

    Loop& loop_;
    RoomStore& store_;
    RoomId room_;
    WallTime at_;
    Callback<std::string> done_;
    crdt::Document document_{replay_options()};
    HistoryPage page_;
    std::size_t next_ = 0;
};

}  // namespace

void replay_text(
    Loop& loop, RoomStore& store, RoomId room, WallTime at, Callback<std::string> done) {
    std::make_shared<Replay>(loop, store, room, at, std::move(done))->ask({});
}

}  // namespace codencollab::room
