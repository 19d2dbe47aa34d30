#include "random_room.h"

#include "base/utf.h"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace codencollab::crdt {
namespace {

constexpr std::array<std::string_view, 8> texts{
    "a", "bc", "\n", "x\ny\n", "\xF0\x9F\x98\x80", "d\xC3\xA9", "a longer piece of text", "z"};
// One value each, in lib0's any form: null, 5, "s", [true], {"k":1.5}, bytes.
constexpr std::array<std::string_view, 6> values{
    "\x7E",
    "\x7D\x05",
    "\x77\x01s",
    "\x75\x01\x78",
    std::string_view("\x76\x01\x01k\x7C\x3F\xC0\x00\x00", 9),
    std::string_view("\x74\x02\x00\xFF", 4)};

void must(const std::expected<void, EditError>& edited) {
    if (!edited) throw std::runtime_error("an edit is refused");
}

/// `index`, or the one before it if it stands inside a surrogate pair: Yjs' replicas part for good
/// where somebody cuts one.
std::size_t off_pairs(const Text& text, std::size_t index) {
    const std::u16string units = to_utf16(text.to_string());
    const bool is_inside = index < units.size() && (units[index] & 0xFC00) == 0xDC00;
    return is_inside ? index - 1 : index;
}

}  // namespace

RandomRoom::RandomRoom(const std::vector<Step>& steps, bool gc)
    : gc_(gc), writers_{empty(), empty(), empty()} {
    for (const auto& [who, what, where, how] : steps) {
        const std::size_t writer = who % writers_.size();
        if (what % 8 < 6) {
            edit(writer, what % 8, where, how);
        } else {  // hears what one of the others has, as a sync step 2 tells it
            const Document& other = writers_[(writer + 1 + how % 2) % writers_.size()];
            const auto known = writers_[writer].state_vector();
            if (!writers_[writer].apply(other.encode(known))) {
                throw std::runtime_error("a sync is refused");
            }
        }
    }
}

void RandomRoom::edit(
    std::size_t writer, std::uint8_t what, std::uint16_t where, std::uint8_t how) {
    Document& document = writers_[writer];
    Text text = document.text("code");
    Array array = document.array("list");
    Map map = document.map("meta");
    Transaction transaction(document, (writer + 1) * 1'000 + how % 2);
    const std::string key(1, static_cast<char>('a' + where % 3));
    const std::string_view value = values.at(how % values.size());
    switch (what) {
        case 0:
        case 1: {
            const std::size_t index = off_pairs(text, where % (text.length() + 1));
            must(text.insert(transaction, index, texts.at(how % texts.size())));
            break;
        }
        case 2: {
            const std::size_t begin = off_pairs(text, where % (text.length() + 1));
            const std::size_t count = how % (text.length() - begin + 1);
            must(text.erase(transaction, begin, off_pairs(text, begin + count) - begin));
            break;
        }
        case 3:
            must(map.set(transaction, key, value));
            break;
        case 4:
            map.erase(transaction, key);
            must(array.insert(transaction, where % (array.length() + 1), 1, value));
            break;
        default: {
            const std::size_t index = where % (array.length() + 1);
            must(array.erase(transaction, index, how % (array.length() - index + 1)));
        }
    }
    const Applied applied = transaction.commit();
    if (applied.changed) updates_.emplace_back(applied.update);
}

Document RandomRoom::whole() const {
    Document document = empty();
    for (const std::string& update : updates_) {
        if (!document.apply(update)) throw std::runtime_error("an update is refused");
    }
    return document;
}

}  // namespace codencollab::crdt
