#pragma once

#include "room/user.h"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace codencollab::sim {

/// Who may edit, as far as anybody was told: by the answers to changes of roles and of the lock.
/// While such a change is under way, or its outcome is unknown, both are right.
class Rights {
  public:
    enum class Standing { may, may_not, unsure };

    /// A change is under way; what this gives is to be handed to `end`.
    std::size_t begin(const UserId& user) {
        Person& person = people_[user];
        if (person.under_way++ > 0) person.is_mixed = true;
        person.standing = Standing::unsure;
        return deaths_;
    }
    /// The answer to a change; none: it failed, and what holds is not known. Nor is it where
    /// several were under way at once: their answers do not tell their order.
    void end(
        std::size_t begun,
        const UserId& user,
        std::optional<room::Role> role,
        bool is_member = true) {
        if (begun != deaths_) return;  // the node that was asked has died since
        Person& person = people_[user];
        if (--person.under_way > 0 || std::exchange(person.is_mixed, false)) return;
        if (!is_member) {
            person.standing = Standing::may_not;
        } else if (role) {
            person.standing = *role == room::Role::viewer ? Standing::may_not : Standing::may;
        }
    }
    /// Whether the answer to somebody who asks to be let in will say for certain what is stored: it
    /// knows nothing of a change that failed. To be asked before `begin`.
    bool join_will_be_certain(const UserId& user) const {
        const auto found = people_.find(user);
        return found == people_.end() || found->second.standing != Standing::unsure;
    }
    std::size_t begin_lock() {
        ++locks_under_way_;
        lock_ = Standing::unsure;
        return deaths_;
    }
    /// The answer: what holds now; none: it failed. What was asked for later may not be stored yet.
    void end_lock(std::size_t begun, std::optional<Standing> editing) {
        if (begun != deaths_) return;
        if (--locks_under_way_ == 0 && editing) lock_ = *editing;
    }
    void set_owner(const UserId& user) { owner_ = user; }
    /// The node has died: what was under way is never answered.
    void node_died() {
        ++deaths_;
        for (auto& [user, person] : people_) {
            if (person.under_way > 0) person.standing = Standing::unsure;
            person.under_way = 0;
            person.is_mixed = false;
        }
        locks_under_way_ = 0;
    }

    Standing of(const UserId& user) const {
        if (user == owner_) return Standing::may;
        const auto found = people_.find(user);
        const Standing own = found == people_.end() ? Standing::unsure : found->second.standing;
        if (own == Standing::may_not || lock_ == Standing::may_not) return Standing::may_not;
        return own == Standing::may && lock_ == Standing::may ? Standing::may : Standing::unsure;
    }

  private:
    struct Person {
        Standing standing = Standing::unsure;
        std::size_t under_way = 0;
        bool is_mixed = false;
    };
    std::map<UserId, Person> people_;
    std::size_t deaths_ = 0;
    Standing lock_ = Standing::may;
    std::size_t locks_under_way_ = 0;
    std::optional<UserId> owner_;
};

}  // namespace codencollab::sim
