#include "sim/shrink.h"

#include "sim/story.h"

namespace codencollab::sim {

namespace {

class Shrinker {
  public:
    Shrinker(const Options& failing, std::size_t tries_max)
        : smallest_(failing), tries_left_(tries_max) {}

    /// Whether `smaller` fails too; then it is the smallest.
    bool take(const Options& smaller) {
        if (tries_left_ == 0) return false;
        --tries_left_;
        if (!play(smaller).complaint) return false;
        smallest_ = smaller;
        return true;
    }

    bool pass() {
        bool has_shrunk = false;
        for (std::size_t fault = 0; fault < fault_count; ++fault) {
            Options without = smallest_;
            without.faults &= ~(1U << fault);
            if (without.faults != smallest_.faults) has_shrunk |= take(without);
        }
        for (std::size_t place = Options::clients_max; place-- > 1;) {
            Options without = smallest_;
            without.clients &= ~(1U << place);
            if (without.clients != smallest_.clients) has_shrunk |= take(without);
        }
        for (const std::uint32_t part : {2U, 3U}) {
            Options shorter = smallest_;
            shorter.chaos_ms -= shorter.chaos_ms / part;
            has_shrunk |= take(shorter);
        }
        return has_shrunk;
    }

    const Options& smallest() const { return smallest_; }

  private:
    Options smallest_;
    std::size_t tries_left_;
};

}  // namespace

Options shrink(Options failing, std::size_t tries_max) {
    Shrinker shrinker(failing, tries_max);
    while (shrinker.pass()) {
    }
    return shrinker.smallest();
}

}  // namespace codencollab::sim
