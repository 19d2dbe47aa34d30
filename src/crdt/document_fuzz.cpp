#include "base/utf.h"
#include "crdt/fuzz_checks.h"

#include <algorithm>
#include <tuple>

namespace {

namespace crdt = codencollab::crdt;
namespace fuzz = crdt::fuzz;

/// Positions by line and column agree with the text.
void check_lines(const crdt::Text& text, std::size_t offset) {
    const std::size_t inside = std::min(offset, text.length());
    fuzz::must(text.to_offset(text.to_line_column(offset)) == inside);
    fuzz::must(text.to_line_column(offset).line < text.line_count());
}

/// A document that is edited by index while fuzzed updates come in, its text followed by the
/// changes that it reports.
class Game {
  public:
    explicit Game(std::uint8_t flags)
        : gc_(flags % 2 == 0), document_(fuzz::options(gc_)), text_(document_.text("code")) {
        if (flags / 2 % 2 == 0) document_.watch(text_), watched_ = true;
    }

    void step(std::string_view& input) {
        const std::uint8_t what = fuzz::take_byte(input);
        switch (what % 8) {
            case 0:
            case 1:
                return apply(fuzz::take_piece(input), crdt::Format::v1);
            case 2:
                return apply(fuzz::take_piece(input), crdt::Format::v2);
            case 3:
            case 4:
                return edit(what, input);
            case 5:
                return edit_values(what, input);
            case 6:
                return ask(input);
            default:
                if (what < 32) document_.drop_pending();
                document_.shrink();
        }
    }

    void end() const { fuzz::check_whole(document_, gc_); }

  private:
    void apply(std::string_view update, crdt::Format format) {
        const std::string before = document_.encode();
        const auto applied = document_.apply(update, format);
        if (!applied) {
            fuzz::must(document_.encode() == before);
        } else {
            fuzz::must(applied->changed == !applied->update.empty());
            follow(*applied);
        }
        document_.check_invariants();
    }

    void follow(const crdt::Applied& applied) {
        if (!watched_) return;
        for (const crdt::TextChange& change : applied.changes) {
            fuzz::must(change.index <= model_.size());
            fuzz::must(change.removed <= model_.size() - change.index);
            model_.replace(change.index, change.removed, codencollab::to_utf16(change.inserted));
        }
        std::string whole;
        text_.append_slice(0, text_.length(), whole);
        fuzz::must(codencollab::to_utf16(whole) == model_);
    }

    static void check_refusal(
        const std::expected<void, crdt::EditError>& edited, bool outside, bool no_text) {
        if (edited) {
            fuzz::must(!outside && !no_text);
        } else if (edited.error() == crdt::EditError::out_of_range) {
            fuzz::must(outside);
        } else if (edited.error() == crdt::EditError::bad_utf8) {
            fuzz::must(no_text);
        }
    }

    void edit(std::uint8_t what, std::string_view& input) {
        crdt::Transaction transaction(document_, 1 + what / 64U);
        const std::size_t index = fuzz::take_byte(input);
        const std::size_t length = text_.length();
        if (what % 8 == 3) {
            const std::string_view piece = fuzz::take_piece(input).substr(0, 100);
            const auto edited = text_.insert(transaction, index, piece);
            check_refusal(edited, index > length, !codencollab::is_valid_utf8(piece));
            if (edited) fuzz::must(text_.length() == length + codencollab::utf16_length(piece));
        } else {
            const std::size_t count = fuzz::take_byte(input);
            const auto edited = text_.erase(transaction, index, count);
            check_refusal(edited, index + count > length, false);
            if (edited) fuzz::must(text_.length() == length - count);
        }
        commit(transaction);
    }

    void edit_values(std::uint8_t what, std::string_view& input) {
        crdt::Transaction transaction(document_, 1 + what / 64U);
        const std::uint8_t index = fuzz::take_byte(input);
        const std::string key(1, static_cast<char>('a' + index % 4));
        crdt::Map map = document_.map("meta");
        crdt::Array array = document_.array("list");
        switch (what / 8 % 4) {
            case 0:
                map.erase(transaction, key);
                break;
            case 1:
                std::ignore = map.set(transaction, key, fuzz::take_piece(input));
                break;
            case 2:
                std::ignore = array.insert(transaction, index, 1, fuzz::take_piece(input));
                break;
            default:
                std::ignore = array.erase(transaction, index, 1);
        }
        commit(transaction);
    }

    void commit(crdt::Transaction& transaction) {
        const crdt::Applied applied = transaction.commit();
        follow(applied);
        if (applied.changed) {
            crdt::Document other(fuzz::options(gc_));
            fuzz::must(other.apply(applied.update).has_value());
        }
        document_.check_invariants();
    }

    void ask(std::string_view& input) {
        const std::size_t index = fuzz::take_byte(input);
        check_lines(text_, index);
        const std::int64_t assoc = index % 2 == 0 ? 0 : -1;
        if (index > text_.length()) return;
        const auto position = document_.relative_position(text_, index, assoc);
        fuzz::must(position && document_.resolve(*position) == index);
    }

    bool gc_;
    bool watched_ = false;
    crdt::Document document_;
    crdt::Text text_;
    std::u16string model_;
};

}  // namespace

// Updates and edits in a row on one document: refused, they change nothing; taken, all that is
// known of a document holds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string bytes(data, data + size);
    std::string_view input = bytes;
    Game game(fuzz::take_byte(input));
    for (int steps = 0; !input.empty() && steps < 64; ++steps)
        game.step(input);
    game.end();
    return 0;
}
