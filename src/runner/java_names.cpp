#include "runner/java_names.h"

#include <cctype>
#include <optional>
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

}  // namespace

JavaNames find_java_names(std::string_view source) {
    JavaNames names;
    std::string package;
    std::string top_class;
    int depth = 0;
    const auto words = words_of(source);
    const auto word = [&](std::size_t i) {
        return i < words.size() ? words[i] : std::string_view();
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "{") ++depth;
        if (words[i] == "}") --depth;
        if (words[i] == "package" && depth == 0) {
            for (std::size_t j = i + 1; j < words.size() && words[j] != ";"; ++j)
                package += words[j];
            package += '.';
        }
        if (depth == 0 && declares_type(words[i]) && !word(i + 1).empty() &&
            is_word(word(i + 1)[0])) {
            top_class = word(i + 1);
            std::size_t before = i;
            while (before > 0 && is_modifier(words[before - 1]))
                --before;
            if (before > 0 && words[before - 1] == "public") names.public_class = top_class;
        }
        if (depth == 1 && names.main_class.empty() && words[i] == "void" && word(i + 1) == "main" &&
            word(i + 2) == "(") {
            names.main_class = package + top_class;
        }
    }
    return names;
}

}  // namespace codencollab::runner
