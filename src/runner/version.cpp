#include "runner/version.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>
#include <vector>

namespace codencollab::runner {

namespace {

enum class Operator { less, at_most, equal, at_least, greater };

struct Comparator {
    Operator op;
    Version version;
};

/// A version of a range, of which parts may be left out or be a wildcard.
struct Partial {
    std::optional<unsigned long> major;
    std::optional<unsigned long> minor;
    std::optional<unsigned long> patch;
    std::string pre_release;

    Version lowest() const {
        return {major.value_or(0), minor.value_or(0), patch.value_or(0), pre_release};
    }
    /// The first version after all that this one stands for.
    Version after() const {
        const Version low = lowest();
        if (!minor) return {low.major + 1, 0, 0, ""};
        return {low.major, low.minor + 1, 0, ""};
    }
};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + separator.size());
    }
}

std::optional<unsigned long> parse_number(std::string_view text) {
    if (text.empty() || text.size() > 15 || !std::ranges::all_of(text, is_digit))
        return std::nullopt;
    if (text.size() > 1 && text[0] == '0') return std::nullopt;
    unsigned long value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

bool is_wildcard(std::string_view text) {
    return text == "*" || text == "x" || text == "X";
}

std::optional<Partial> parse_partial(std::string_view text) {
    while (!text.empty() && (text[0] == 'v' || text[0] == '='))
        text.remove_prefix(1);
    text = text.substr(0, text.find('+'));
    Partial partial;
    const std::size_t dash = text.find('-');
    if (dash != std::string_view::npos) {
        partial.pre_release = text.substr(dash + 1);
        if (partial.pre_release.empty()) return std::nullopt;
        text = text.substr(0, dash);
    }
    if (text.empty()) return partial;
    const auto parts = split(text, ".");
    if (parts.size() > 3) return std::nullopt;
    std::optional<unsigned long>* const numbers[] = {
        &partial.major, &partial.minor, &partial.patch};
    bool open = false;  // after a wildcard the rest counts as one too
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (is_wildcard(parts[i])) {
            open = true;
            continue;
        }
        const auto number = parse_number(parts[i]);
        if (!number) return std::nullopt;
        if (!open) *numbers[i] = number;
    }
    if (!partial.patch) partial.pre_release.clear();
    return partial;
}

using Comparators = std::vector<Comparator>;

void add_caret(Comparators& all, const Partial& partial) {
    const Version low = partial.lowest();
    all.push_back({Operator::at_least, low});
    Version high{low.major + 1, 0, 0, ""};
    if (low.major == 0 && partial.minor) {
        high = {0, low.minor + 1, 0, ""};
        if (low.minor == 0 && partial.patch) high = {0, 0, low.patch + 1, ""};
    }
    all.push_back({Operator::less, high});
}

/// One word of a range: an operator and a partial version.
bool add_word(Comparators& all, std::string_view word) {
    std::string_view op;
    for (const std::string_view known : {">=", "<=", ">", "<", "^", "~>", "~", "="}) {
        if (word.starts_with(known)) {
            op = known;
            break;
        }
    }
    const auto partial = parse_partial(word.substr(op.size()));
    if (!partial) return false;
    if (!partial->major) {
        // "*" is everything; "<*" and ">*" are nothing.
        if (op == "<" || op == ">")
            all.push_back({Operator::less, Version{}});
        else
            all.push_back({Operator::at_least, Version{}});
        return true;
    }
    const Version low = partial->lowest();
    const bool whole = partial->patch.has_value();
    if (op == "^")
        add_caret(all, *partial);
    else if (op == ">=")
        all.push_back({Operator::at_least, low});
    else if (op == "<")
        all.push_back({Operator::less, low});
    else if (op == ">")
        all.push_back(
            whole ? Comparator{Operator::greater, low}
                  : Comparator{Operator::at_least, partial->after()});
    else if (op == "<=")
        all.push_back(
            whole ? Comparator{Operator::at_most, low}
                  : Comparator{Operator::less, partial->after()});
    else if (whole && !op.starts_with('~'))
        all.push_back({Operator::equal, low});
    else {
        all.push_back({Operator::at_least, low});
        all.push_back({Operator::less, partial->after()});
    }
    return true;
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    bool glue = false;  // an operator may stand apart from its version
    for (const std::string_view word : split(text, " ")) {
        if (word.empty()) continue;
        if (glue)
            words.back() += word;
        else
            words.emplace_back(word);
        glue = words.back().find_first_not_of("<>=^~") == std::string::npos;
    }
    return words;
}

std::optional<Comparators> parse_alternative(std::string_view text) {
    Comparators all;
    if (const std::size_t hyphen = text.find(" - "); hyphen != std::string_view::npos) {
        const auto lows = words_of(text.substr(0, hyphen));
        const auto highs = words_of(text.substr(hyphen + 3));
        if (lows.size() != 1 || highs.size() != 1) return std::nullopt;
        if (!add_word(all, ">=" + lows[0]) || !add_word(all, "<=" + highs[0])) return std::nullopt;
        return all;
    }
    const auto words = words_of(text);
    if (words.empty()) all.push_back({Operator::at_least, Version{}});
    for (const std::string& word : words) {
        if (!add_word(all, word)) return std::nullopt;
    }
    return all;
}

bool holds(const Comparator& comparator, const Version& version) {
    switch (comparator.op) {
        case Operator::less:
            return version < comparator.version;
        case Operator::at_most:
            return version <= comparator.version;
        case Operator::equal:
            return version == comparator.version;
        case Operator::at_least:
            return version >= comparator.version;
        case Operator::greater:
            return version > comparator.version;
    }
    return false;
}

bool matches(const Comparators& all, const Version& version) {
    if (!std::ranges::all_of(all, [&](const Comparator& one) { return holds(one, version); })) {
        return false;
    }
    if (version.pre_release.empty()) return true;
    return std::ranges::any_of(all, [&](const Comparator& one) {
        return !one.version.pre_release.empty() && one.version.major == version.major &&
               one.version.minor == version.minor && one.version.patch == version.patch;
    });
}

std::strong_ordering compare_pre_releases(const std::string& left, const std::string& right) {
    if (left.empty() || right.empty()) return left.empty() <=> right.empty();
    const auto lefts = split(left, ".");
    const auto rights = split(right, ".");
    for (std::size_t i = 0; i < std::min(lefts.size(), rights.size()); ++i) {
        const auto left_number = parse_number(lefts[i]);
        const auto right_number = parse_number(rights[i]);
        // Numbers stand before words.
        if (left_number.has_value() != right_number.has_value()) {
            return left_number ? std::strong_ordering::less : std::strong_ordering::greater;
        }
        const auto order = left_number ? *left_number <=> *right_number : lefts[i] <=> rights[i];
        if (order != 0) return order;
    }
    return lefts.size() <=> rights.size();
}

}  // namespace

std::string Version::str() const {
    std::string text = fmt::format("{}.{}.{}", major, minor, patch);
    if (!pre_release.empty()) text += "-" + pre_release;
    return text;
}

std::strong_ordering operator<=>(const Version& left, const Version& right) {
    const auto order = std::tie(left.major, left.minor, left.patch) <=>
                       std::tie(right.major, right.minor, right.patch);
    return order != 0 ? order : compare_pre_releases(left.pre_release, right.pre_release);
}

std::optional<Version> find_version(std::string_view text) {
    std::optional<Version> first_number;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_digit(text[at])) continue;
        unsigned long numbers[3] = {};
        std::size_t count = 0;
        while (count < 3 && at < text.size() && is_digit(text[at])) {
            const auto parsed =
                std::from_chars(text.data() + at, text.data() + text.size(), numbers[count]);
            if (parsed.ec != std::errc()) return std::nullopt;
            at = static_cast<std::size_t>(parsed.ptr - text.data());
            ++count;
            if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1]))
                ++at;
            else
                break;
        }
        Version found{numbers[0], numbers[1], numbers[2], ""};
        if (count > 1) return found;
        if (!first_number) first_number = found;
    }
    return first_number;
}

bool satisfies(const Version& version, std::string_view range) {
    bool found = false;
    for (const std::string_view alternative : split(range, "||")) {
        const auto comparators = parse_alternative(alternative);
        if (!comparators) return false;
        found = found || matches(*comparators, version);
    }
    return found;
}

}  // namespace codencollab::runner
