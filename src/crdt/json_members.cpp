#include "crdt/json_members.h"

#include "crdt/json_parser.h"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <vector>

namespace codencollab::crdt {

namespace {

/// Told by a parser what a text holds, finds what of its outermost object must go and what it
/// lacks.
class MemberSearch {
  public:
    MemberSearch(std::string_view text, std::span<const JsonMember> members)
        : text_(text), members_(members) {
        assert(members.size() <= 32);
    }

    void null() {}
    void boolean(bool) {}
    void number(std::string_view) {}
    void string(std::string_view) {}
    void begin_array() { open_.push_back('['); }
    void begin_object() {
        if (open_.empty()) is_object_ = true;
        open_.push_back('{');
    }
    void end() { open_.pop_back(); }
    std::size_t depth() const { return open_.size(); }
    bool in_object() const { return !open_.empty() && open_.back() == '{'; }

    void key(std::string_view key, std::size_t begin) {
        if (depth() > 1) return;
        end_cut(begin);
        begin_ = begin;
        member_ = std::ranges::find(members_, key, &JsonMember::key);
    }

    void value_ended(std::size_t at) {
        if (depth() != 1 || !is_object_ || member_ == members_.end()) return;
        const std::uint32_t bit = 1U << static_cast<unsigned>(member_ - members_.begin());
        const bool is_first = (said_ & bit) == 0;
        if (is_first && text_.substr(begin_, at - begin_) == member_->text) {
            said_ |= bit;  // almost always: who says the truth
        } else {
            cuts_.push_back({begin_, open_cut});
        }
    }

    /// Of a whole text: the object as it has to be; empty if it is that, or none.
    std::string mended() {
        const std::uint64_t all = (std::uint64_t{1} << members_.size()) - 1;
        if (!is_object_ || (cuts_.empty() && said_ == all)) return {};
        const std::size_t close = text_.rfind('}');
        end_cut(close);
        std::string out;
        std::size_t size = text_.size();
        for (const JsonMember& member : members_)
            size += member.text.size() + 1;
        out.reserve(size);
        out.push_back('{');
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if ((said_ >> i & 1U) != 0) continue;
            out.append(members_[i].text);
            out.push_back(',');
        }
        std::size_t kept = text_.find('{') + 1;
        for (const Range& cut : cuts_) {
            out.append(text_, kept, cut.begin - kept);
            kept = cut.end;
        }
        out.append(text_, kept, close - kept);
        // A comma that stood or came before nothing; no value ends in one.
        while (std::string_view(" \t\n\r,").find(out.back()) != std::string_view::npos)
            out.pop_back();
        out.push_back('}');
        return out;
    }

  private:
    /// From a member's key to the next one's, or to the end of the object.
    struct Range {
        std::size_t begin;
        std::size_t end;
    };
    static constexpr std::size_t open_cut = std::string_view::npos;

    void end_cut(std::size_t at) {
        if (!cuts_.empty() && cuts_.back().end == open_cut) cuts_.back().end = at;
    }

    std::string_view text_;
    std::span<const JsonMember> members_;
    std::string open_;  // brackets; a string, which needs no memory for the few there are
    bool is_object_ = false;
    std::size_t begin_ = 0;                         // of the outermost member
    std::span<const JsonMember>::iterator member_;  // that it must be; the end: any other
    std::uint32_t said_ = 0;                        // by member: it is there as it must be
    std::vector<Range> cuts_;                       // in order
};

}  // namespace

std::expected<std::string, JsonError> with_members(
    std::string_view text, std::size_t depth_max, std::span<const JsonMember> members) {
    MemberSearch search(text, members);
    if (auto parsed = JsonParser(text, depth_max, search).parse(); !parsed) {
        return std::unexpected(parsed.error());
    }
    return search.mended();
}

}  // namespace codencollab::crdt
