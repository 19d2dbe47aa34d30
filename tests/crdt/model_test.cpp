#include "base/utf.h"
#include "crdt/document.h"
#include "crdt/update_functions.h"
#include "naive_text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace codencollab::crdt {
namespace {

/// Numbers that a step is made of; each is cut down to what there is, so that any will do and all
/// shrink to nothing.
using Step = std::tuple<std::uint8_t, std::uint8_t, std::uint16_t, std::uint8_t>;

struct Sent {
    std::string update;
    NaiveText::Edit edit;
};

/// One of the three who write: the engine's text, the naive one, and what the engine's reports of
/// changes come to.
class Writer {
  public:
    explicit Writer(ClientNumber number, bool is_watching)
        : number_(number), text_(document_.text("code")), is_watching_(is_watching) {
        if (is_watching_) document_.watch(text_);
    }

    Sent insert(std::uint16_t where, std::uint8_t what) {
        static const std::array<std::u16string, 6> texts{
            u"a", u"bc", u"\n", u"x\ny", u"\U0001F600", u"d\u00E9f"};
        const std::u16string& text = texts.at(what % texts.size());
        const std::size_t index = off_pairs(where % (naive_.text().size() + 1));
        Transaction transaction(document_, author(what));
        RC_ASSERT(text_.insert(transaction, index, to_utf8(text)).has_value());
        return sent(transaction, naive_.insert(author(what), index, text));
    }

    Sent erase(std::uint16_t where, std::uint8_t how_many) {
        const std::size_t length = naive_.text().size();
        const std::size_t begin = off_pairs(where % (length + 1));
        const std::size_t end = off_pairs(std::min(length, begin + how_many % 8));
        Transaction transaction(document_, number_);
        RC_ASSERT(text_.erase(transaction, begin, end - begin).has_value());
        return sent(transaction, naive_.erase(begin, end - begin));
    }

    void hear(const Sent& sent, Format format) {
        std::string update = sent.update;
        if (update.empty()) return;
        if (format == Format::v2) update = convert_update(update, Format::v1, Format::v2).value();
        const auto applied = document_.apply(update, format);
        RC_ASSERT(applied.has_value());
        follow(*applied);
        naive_.apply(sent.edit);
        compare();
    }

    Document& document() { return document_; }
    const NaiveText& naive() const { return naive_; }

  private:
    /// Who reloads a page goes on under another number.
    ClientNumber author(std::uint8_t what) const { return number_ + (what >= 200 ? 1 : 0); }

    std::size_t off_pairs(std::size_t index) const {
        const std::u16string text = naive_.text();
        const bool inside =
            index > 0 && index < text.size() && text[index] >= 0xDC00 && text[index] <= 0xDFFF;
        return inside ? index - 1 : index;
    }

    Sent sent(Transaction& transaction, NaiveText::Edit edit) {
        const Applied applied = transaction.commit();
        follow(applied);
        compare();
        return {std::string(applied.update), std::move(edit)};
    }

    void follow(const Applied& applied) {
        for (const TextChange& change : applied.changes) {
            RC_ASSERT(change.index <= reported_.size());
            RC_ASSERT(change.removed <= reported_.size() - change.index);
            reported_.replace(change.index, change.removed, to_utf16(change.inserted));
        }
    }

    void compare() {
        document_.check_invariants();
        const std::u16string expected = naive_.text();
        RC_ASSERT(to_utf16(text_.to_string()) == expected);
        RC_ASSERT(text_.length() == expected.size());
        RC_ASSERT(document_.has_pending() == naive_.is_waiting());
        for (ClientNumber client = number_; client < number_ + 2; ++client) {
            RC_ASSERT(document_.state(client) == naive_.state(client));
        }
        if (is_watching_) RC_ASSERT(reported_ == expected);
    }

    ClientNumber number_;
    Document document_;
    Text text_;
    bool is_watching_;
    NaiveText naive_;
    std::u16string reported_;
};

/// Three who write, each hearing of the others late, out of order, and sometimes twice.
class Game {
  public:
    void step(const Step& step) {
        const auto [who, what, where, how] = step;
        const std::size_t writer = who % writers_.size();
        Writer& one = writers_[writer];
        switch (what % 8) {
            case 0:
            case 1:
            case 2:
                say(writer, one.insert(where, how));
                break;
            case 3:
                say(writer, one.erase(where, how));
                break;
            case 4:
                hear(writer, where, how);
                break;
            default:
                hear_next(writer, how);
        }
    }

    void end() {
        for (std::size_t writer = 0; writer < writers_.size(); ++writer) {
            while (hear_next(writer, 0)) {
            }
        }
        const std::string expected = writers_[0].document().encode();
        for (Writer& writer : writers_) {
            RC_ASSERT(!writer.document().has_pending());
            RC_ASSERT(writer.document().encode() == expected);
        }
    }

  private:
    void say(std::size_t writer, Sent sent) {
        heard_[writer].insert(said_.size());
        said_.push_back(std::move(sent));
    }

    void hear(std::size_t writer, std::size_t which, std::uint8_t how) {
        if (said_.empty()) return;
        which %= said_.size();
        heard_[writer].insert(which);
        writers_[writer].hear(said_[which], how % 4 == 1 ? Format::v2 : Format::v1);
    }

    bool hear_next(std::size_t writer, std::uint8_t how) {
        for (std::size_t which = 0; which < said_.size(); ++which) {
            if (heard_[writer].contains(which)) continue;
            hear(writer, which, how);
            return true;
        }
        return false;
    }

    // One below, one between and one above what fits in 32 bits; one is not watched, so that its
    // document has no index of positions until it edits.
    std::array<Writer, 3> writers_{
        Writer(70, true), Writer(7, false), Writer((1ULL << 53) - 5, true)};
    std::array<std::set<std::size_t>, 3> heard_;
    std::vector<Sent> said_;
};

RC_GTEST_PROP(CrdtModel, ThreeWritersAgreeWithTheNaiveList, (const std::vector<Step>& steps)) {
    Game game;
    for (const Step& step : steps)
        game.step(step);
    game.end();
}

// Long games reach what a hundred steps do not: index leaves that split, buffers with holes.
RC_GTEST_PROP(CrdtModel, LongGamesEndAlike, ()) {
    const auto steps = *rc::gen::container<std::vector<Step>>(600, rc::gen::arbitrary<Step>());
    Game game;
    for (const Step& step : steps)
        game.step(step);
    game.end();
}

}  // namespace
}  // namespace codencollab::crdt
