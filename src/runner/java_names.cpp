#include "runner/java_names.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <span>
#include <vector>

namespace codencollab::runner {

namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

/// Where a literal or comment that begins at `at` ends; nothing when none begins there.
std::optional<std::size_t> end_of_skipped(std::string_view text, std::size_t at) {
    const auto past = [&](std::string_view mark, std::size_t from) {
        const std::size_t end = text.find(mark, from);
        return end == std::string_view::npos ? text.size() : end + mark.size();
    };
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("//")) return past("\n", at);
    if (rest.starts_with("/*")) return past("*/", at + 2);
    if (rest.starts_with("\"\"\"")) return past("\"\"\"", at + 3);
    if (rest[0] != '"' && rest[0] != '\'') return std::nullopt;
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == rest[0] || text[i] == '\n')
            return i + 1;
    }
    return text.size();
}

/// The source's words, and its brackets, dots and semicolons as words of one character.
std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at < text.size();) {
        if (const auto skipped_end = end_of_skipped(text, at)) {
            at = *skipped_end;
        } else if (is_word(text[at])) {
            std::size_t end = at;
            while (end < text.size() && is_word(text[end]))
                ++end;
            words.push_back(text.substr(at, end - at));
            at = end;
        } else {
            if (std::string_view("{}();.").find(text[at]) != std::string_view::npos) {
                words.push_back(text.substr(at, 1));
            }
            ++at;
        }
    }
    return words;
}

bool declares_type(std::string_view word) {
    return word == "class" || word == "interface" || word == "enum" || word == "record";
}

bool is_modifier(std::string_view word) {
    return word == "final" || word == "abstract" || word == "static" || word == "sealed" ||
           word == "strictfp";
}

using Words = std::span<const std::string_view>;

std::string package_name(Words after_package) {
    std::string name;
    for (const std::string_view word : after_package) {
        if (word == ";") break;
        name += word;
    }
    return name;
}

bool ends_with_public(Words before_type) {
    while (!before_type.empty() && is_modifier(before_type.back()))
        before_type = before_type.first(before_type.size() - 1);
    return !before_type.empty() && before_type.back() == "public";
}

bool begins_with_main(Words words) {
    constexpr std::string_view main_words[] = {"void", "main", "("};
    return words.size() >= std::size(main_words) &&
           std::ranges::equal(words.first(std::size(main_words)), main_words);
}

}  // namespace

JavaNames find_java_names(std::string_view source) {
    JavaNames names;
    std::string package;
    std::string top_class;
    int depth = 0;
    const auto all = words_of(source);
    const Words words(all);
    for (std::size_t i = 0; i < words.size(); ++i) {
        const Words after = words.subspan(i + 1);
        if (words[i] == "{") ++depth;
        if (words[i] == "}") --depth;
        if (depth == 0 && words[i] == "package") package += package_name(after) + '.';
        if (depth == 0 && declares_type(words[i]) && !after.empty() && is_word(after[0][0])) {
            top_class = after[0];
            if (ends_with_public(words.first(i))) names.public_class = top_class;
        }
        if (depth == 1 && names.main_class.empty() && begins_with_main(words.subspan(i))) {
            names.main_class = package + top_class;
        }
    }
    return names;
}

}  // namespace codencollab::runner
