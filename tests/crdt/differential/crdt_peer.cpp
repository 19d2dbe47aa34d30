// Replicas of the document engine behind a pipe: a command a line on stdin, an answer a line on
// stdout. Bytes are hexadecimal, `-` stands for none. The first word of an answer is `ok` or
// `error`. differential.mjs drives it.
//
//   new CLIENT                      a replica that edits as CLIENT; answers its number
//   edit DOC INDEX REMOVED UTF8     on the text `code`; answers the update
//   set DOC KEY ANY | unset DOC KEY on the map `meta`; answers the update
//   splice DOC INDEX REMOVED COUNT ANYS   on the array `list`; answers the update
//   apply DOC FORMAT UPDATE         answers the update to relay
//   state DOC                       the state vector
//   encode DOC FORMAT STATE         what a replica with that state vector lacks
//   text DOC                        the text `code`, and whether something is pending
//   reload DOC FORMAT               starts the replica anew from its own bytes
//   check DOC                       its structure, and the changes that it told of
//   merge FORMAT UPDATE…  |  diff FORMAT UPDATE STATE  |  convert FROM TO UPDATE

#include "base/utf.h"
#include "crdt/document.h"
#include "crdt/update_functions.h"

#include <cstdlib>
#include <deque>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::crdt {
namespace {

/// What a command cannot do; its words are the answer.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (bytes.empty()) return "-";
    std::string hex;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += digits[byte >> 4U];
        hex += digits[byte & 15U];
    }
    return hex;
}

std::string from_hex(std::string_view hex) {
    std::string bytes;
    if (hex == "-") return bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

template <class T>
T taken(std::expected<T, DecodeError> result) {
    if (!result) throw Refused(describe(result.error()));
    return std::move(*result);
}

void done(const std::expected<void, EditError>& result) {
    if (!result) throw Refused("edit error " + std::to_string(static_cast<int>(result.error())));
}

/// The words of one command, taken one by one.
class Words {
  public:
    explicit Words(const std::string& line) : in_(line) {}

    std::string word() {
        std::string word;
        if (!(in_ >> word)) throw Refused("a word is missing");
        return word;
    }
    std::uint64_t number() { return std::stoull(word()); }
    std::string bytes() { return from_hex(word()); }
    Format format() { return number() == 2 ? Format::v2 : Format::v1; }
    StateVector state() {
        const std::string encoded = bytes();
        return encoded.empty() ? StateVector() : taken(StateVector::decode(encoded));
    }
    bool has_more() { return (in_ >> std::ws).good(); }

  private:
    std::istringstream in_;
};

/// A document, and beside it the text as one sees it who hears only the changes told.
class Replica {
  public:
    explicit Replica(ClientNumber client) : client_(client) { document_.watch(code()); }

    std::string edit(Words& words) {
        const std::size_t index = words.number();
        const std::size_t removed = words.number();
        const std::string inserted = words.bytes();
        Transaction transaction(document_, client_);
        if (removed > 0) done(code().erase(transaction, index, removed));
        if (!inserted.empty()) done(code().insert(transaction, index, inserted));
        return heard(transaction.commit());
    }

    std::string set(Words& words) {
        const std::string key = words.word();
        const std::string value = words.bytes();
        Transaction transaction(document_, client_);
        done(document_.map("meta").set(transaction, key, value));
        return heard(transaction.commit());
    }

    std::string unset(Words& words) {
        Transaction transaction(document_, client_);
        document_.map("meta").erase(transaction, words.word());
        return heard(transaction.commit());
    }

    std::string splice(Words& words) {
        const std::size_t index = words.number();
        const std::size_t removed = words.number();
        const auto count = static_cast<std::uint32_t>(words.number());
        const std::string values = words.bytes();
        Transaction transaction(document_, client_);
        if (removed > 0) done(document_.array("list").erase(transaction, index, removed));
        if (count > 0) done(document_.array("list").insert(transaction, index, count, values));
        return heard(transaction.commit());
    }

    std::string apply(Words& words) {
        const Format format = words.format();
        const std::string update = words.bytes();
        return heard(taken(document_.apply(update, format)));
    }

    std::string state(Words&) { return to_hex(document_.state_vector().encode()); }

    std::string encode(Words& words) {
        const Format format = words.format();
        return to_hex(document_.encode(words.state(), format));
    }

    std::string text(Words&) {
        return to_hex(code().to_string()) + (document_.has_pending() ? " 1" : " 0") + ' ' +
               std::to_string(document_.array("list").length()) + ' ' +
               std::to_string(code().length());
    }

    std::string reload(Words& words) {
        const Format format = words.format();
        const std::string bytes = document_.encode({}, format);
        document_ = Document();
        document_.watch(code());
        told_.clear();
        heard(taken(document_.apply(bytes, format)));
        document_.shrink();
        return {};
    }

    std::string check(Words&) {
        document_.check_invariants();
        std::string units;
        code().append_slice(0, code().length(), units);
        if (to_utf16(units) != told_) throw Refused("the changes told make another text");
        return {};
    }

  private:
    Text code() { return document_.text("code"); }

    std::string heard(const Applied& applied) {
        for (const TextChange& change : applied.changes) {
            if (change.index + change.removed > told_.size()) {
                throw Refused("a change told is outside the text");
            }
            told_.replace(change.index, change.removed, to_utf16(change.inserted));
        }
        if (applied.changed == applied.update.empty()) throw Refused("changed, but no update");
        return to_hex(applied.update);
    }

    ClientNumber client_;
    Document document_;
    std::u16string told_;
};

std::string merge(Words& words) {
    const Format format = words.format();
    std::vector<std::string> updates;
    while (words.has_more())
        updates.push_back(words.bytes());
    const std::vector<std::string_view> views(updates.begin(), updates.end());
    return to_hex(taken(merge_updates(views, format)));
}

std::string diff(Words& words) {
    const Format format = words.format();
    const std::string update = words.bytes();
    return to_hex(taken(diff_update(update, words.state(), format)));
}

std::string convert(Words& words) {
    const Format from = words.format();
    const Format to = words.format();
    return to_hex(taken(convert_update(words.bytes(), from, to)));
}

class Peer {
  public:
    std::string answer(const std::string& line) {
        Words words(line);
        const std::string command = words.word();
        if (command == "new") {
            replicas_.emplace_back(words.number());
            return std::to_string(replicas_.size() - 1);
        }
        if (command == "merge") return merge(words);
        if (command == "diff") return diff(words);
        if (command == "convert") return convert(words);
        const auto found = commands.find(command);
        if (found == commands.end()) throw Refused("unknown command");
        return std::invoke(found->second, replicas_.at(words.number()), words);
    }

  private:
    using Command = std::string (Replica::*)(Words&);
    inline static const std::map<std::string, Command> commands{
        {"edit", &Replica::edit},
        {"set", &Replica::set},
        {"unset", &Replica::unset},
        {"splice", &Replica::splice},
        {"apply", &Replica::apply},
        {"state", &Replica::state},
        {"encode", &Replica::encode},
        {"text", &Replica::text},
        {"reload", &Replica::reload},
        {"check", &Replica::check}};

    std::deque<Replica> replicas_;
};

}  // namespace
}  // namespace codencollab::crdt

int main() {
    codencollab::crdt::Peer peer;
    std::string line;
    while (std::getline(std::cin, line)) {
        try {
            const std::string answer = peer.answer(line);
            std::cout << "ok " << answer << '\n' << std::flush;
        } catch (const std::exception& error) {
            std::cout << "error " << error.what() << '\n' << std::flush;
        }
    }
    return 0;
}
