#include "identity/account_rules.h"

#include "base/utf.h"
#include "identity/strict_json.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace codencollab::identity {

namespace json = boost::json;

namespace {

constexpr std::size_t email_bytes_max = 255;
constexpr std::size_t password_characters_min = 6;
constexpr std::size_t password_bytes_max = 72;  // Supabase's bound (bcrypt), so that users can move
// An access token is base64 of it and some 700 bytes more, and may have 8 KiB.
constexpr std::size_t metadata_bytes_max = 4 << 10;
constexpr std::size_t metadata_depth_max = 12;

constexpr std::array server_keys = {"email", "email_verified", "phone_verified", "sub", "iss"};

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 5322's atext and dots, as browsers' <input type=email> takes it.
bool is_local_part(std::string_view text) {
    constexpr std::string_view marks = ".!#$%&'*+/=?^_`{|}~-";
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [&](char c) {
        return is_letter_or_digit(c) || marks.contains(c);
    });
}

bool is_label(std::string_view text) {
    return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_domain(std::string_view text) {
    while (true) {
        const std::size_t dot = text.find('.');
        if (!is_label(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

std::string to_clean_text(std::string_view text) {
    if (is_valid_utf8(text)) return std::string(text);
    std::u16string units = to_utf16(text);
    for (std::size_t i = 0; i < units.size(); ++i) {
        const bool high = units[i] >= 0xd800 && units[i] <= 0xdbff;
        const bool low = units[i] >= 0xdc00 && units[i] <= 0xdfff;
        const bool pair =
            high && i + 1 < units.size() && units[i + 1] >= 0xdc00 && units[i + 1] <= 0xdfff;
        if (pair) {
            ++i;
        } else if (high || low) {
            units[i] = 0xfffd;
        }
    }
    return to_utf8(units);
}

/// Recursion is bounded by the parser's own depth.
json::value to_clean_value(const json::value& value) {
    if (value.is_string()) return json::value(to_clean_text(value.get_string()));
    if (value.is_array()) {
        json::array cleaned;
        for (const json::value& element : value.get_array()) {
            cleaned.push_back(to_clean_value(element));
        }
        return cleaned;
    }
    if (value.is_object()) {
        json::object cleaned;
        for (const auto& [key, element] : value.get_object()) {
            cleaned[to_clean_text(key)] = to_clean_value(element);
        }
        return cleaned;
    }
    return value;
}

}  // namespace

std::optional<std::string> clean_email(std::string_view email) {
    if (email.size() > email_bytes_max) return std::nullopt;
    const std::size_t at = email.find('@');
    if (at == std::string_view::npos) return std::nullopt;
    if (!is_local_part(email.substr(0, at)) || !is_domain(email.substr(at + 1))) {
        return std::nullopt;
    }
    std::string lower(email);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

std::optional<gateway::AuthError> judge_new_password(std::string_view password) {
    if (password.size() > password_bytes_max) {
        return gateway::AuthError{
            .failure = gateway::AuthFailure::password_too_long, .weak_reasons = {}};
    }
    if (utf16_length(password) < password_characters_min) {
        return gateway::AuthError{
            .failure = gateway::AuthFailure::weak_password, .weak_reasons = {"length"}};
    }
    return std::nullopt;
}

std::optional<std::string> merge_metadata(const std::string& stored, const json::object& written) {
    json::object merged = parse_strict_object(stored, metadata_depth_max).value_or(json::object());
    for (const auto& [key, value] : written) {
        const std::string name = to_clean_text(key);
        if (std::ranges::find(server_keys, name) != server_keys.end()) continue;
        if (value.is_null()) {
            merged.erase(name);
        } else {
            merged[name] = to_clean_value(value);
        }
    }
    std::string text = json::serialize(merged);
    // Parsed once more, because depth shows there alone.
    if (text.size() > metadata_bytes_max || !parse_strict_object(text, metadata_depth_max)) {
        return std::nullopt;
    }
    return text;
}

json::object shown_metadata(
    const std::string& stored, const UserId& user, const std::string& email) {
    json::object shown = parse_strict_object(stored, metadata_depth_max).value_or(json::object());
    if (email.empty()) return shown;
    shown["email"] = email;
    shown["email_verified"] = true;
    shown["phone_verified"] = false;
    shown["sub"] = user.view();
    return shown;
}

}  // namespace codencollab::identity
