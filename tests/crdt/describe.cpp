#include "describe.h"

#include "crdt/error.h"
#include "crdt/update_decoder.h"
#include "crdt/update_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace codencollab::crdt::vectors {
namespace {

std::string printable(std::string_view bytes) {
    constexpr std::size_t shown_max = 60;
    std::string out;
    for (const char c : bytes.substr(0, shown_max)) {
        if (c >= ' ' && c <= '~' && c != '\\') {
            out += c;
        } else {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    if (bytes.size() > shown_max) out += fmt::format("… {} bytes", bytes.size());
    return out;
}

std::string describe_struct(const UpdateRecords& update, const StructRecord& record) {
    static constexpr std::array kinds{
        "gc",
        "deleted",
        "json",
        "binary",
        "string",
        "embed",
        "format",
        "type",
        "any",
        "doc",
        "skip"};
    const auto id = [&](std::uint32_t client, Clock clock) {
        return fmt::format("{}@{}", update.clients[client], clock);
    };
    std::string out = fmt::format(
        "{}+{} {}",
        id(record.client, record.clock),
        record.length,
        kinds.at(static_cast<std::size_t>(record.kind)));
    if (record.has_origin) out += " after " + id(record.origin_client, record.origin_clock);
    if (record.has_right_origin) out += " before " + id(record.right_client, record.right_clock);
    if (record.more != none) {
        const RecordDetails& more = update.more[record.more];
        if (more.parent == RecordDetails::Parent::root) {
            out += fmt::format(" in '{}'", printable(more.parent_name));
        }
        if (more.parent == RecordDetails::Parent::item) {
            out += " in " + id(more.parent_client, more.parent_clock);
        }
        if (more.has_key) out += fmt::format(" key '{}'", printable(more.key));
        if (more.key_bit) out += " keyed";
        if (record.kind == Kind::type) {
            out += fmt::format(" of kind {}", static_cast<int>(more.type_kind));
        }
        if (!more.name.empty()) out += fmt::format(" named '{}'", printable(more.name));
    }
    if (!record.content.empty()) out += fmt::format(" \"{}\"", printable(record.content));
    return out;
}

}  // namespace

std::vector<std::string> describe_update(std::string_view bytes, Format format) {
    UpdateRecords update;
    const auto decoded = decode_update(bytes, format, {}, update);
    if (!decoded) return {"refused: " + describe(decoded.error())};
    std::vector<std::string> lines;
    lines.reserve(update.structs.size() + update.deletes.size());
    for (const StructRecord& record : update.structs) {
        lines.push_back(describe_struct(update, record));
    }
    for (const DeleteRecord& range : update.deletes) {
        lines.push_back(fmt::format(
            "delete {}@{}+{}", update.clients[range.client], range.clock, range.length));
    }
    return lines;
}

std::string difference(
    std::string_view actual, std::string_view expected, Format format, std::size_t lines_max) {
    std::vector<std::string> left = describe_update(expected, format);
    std::vector<std::string> right = describe_update(actual, format);
    if (left == right) return "the same structs, other bytes\n";
    std::vector<std::string> lines;
    for (auto [from, without, mark] :
         {std::tuple{&left, &right, '-'}, std::tuple{&right, &left, '+'}}) {
        std::vector<std::string> others = *without;
        std::ranges::sort(others);
        for (const std::string& line : *from) {
            if (!std::ranges::binary_search(others, line)) {
                lines.push_back(fmt::format("    {} {}", mark, line));
            }
        }
    }
    if (lines.empty()) return "the same structs in another order\n";
    std::ranges::stable_sort(lines, {}, [](const std::string& line) { return line.substr(6); });
    std::string out = fmt::format("{} structs expected, {} there\n", left.size(), right.size());
    const std::size_t shown = std::min(lines.size(), lines_max);
    for (std::size_t i = 0; i < shown; ++i)
        out += lines[i] + "\n";
    if (shown < lines.size()) out += fmt::format("    … {} more\n", lines.size() - shown);
    return out;
}

}  // namespace codencollab::crdt::vectors
