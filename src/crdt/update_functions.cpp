#include "crdt/update_functions.h"

#include "crdt/delete_set.h"
#include "crdt/item.h"
#include "crdt/record_runs.h"
#include "crdt/update_decoder.h"
#include "crdt/update_encoder.h"
#include "crdt/write_struct.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace codencollab::crdt {

namespace {

enum class Joining : bool { no, yes };

/// About as many structs as updates of that size hold: growing to them would copy, and touch, twice
/// the memory. At most 4 MiB of it: what a stranger sends may be one long text.
std::size_t likely_structs(std::span<const std::string_view> updates) {
    constexpr std::size_t bytes_each = 8;
    constexpr std::size_t most = (4 << 20) / sizeof(StructRecord);
    std::size_t bytes = 0;
    for (const std::string_view update : updates)
        bytes += update.size();
    return std::min(bytes / bytes_each, most);
}

DeleteSet deletes_of(const UpdateRecords& records) {
    DeleteSet deletes;
    for (const DeleteRecord& range : records.deletes)
        deletes.add(records.clients[range.client], range.clock, range.length);
    deletes.normalise();
    return deletes;
}

/// Writes what some updates say as one: the structs that are not known, each unit once, gaps as
/// Skips; and all deletes.
template <class Encoder>
class UpdateComposer {
  public:
    UpdateComposer(const UpdateRecords& records, const StateVector& known, Joining joining)
        : records_(records), known_(known), joining_(joining) {}

    std::string compose() {
        const RunsByClient runs(records_);
        pieces_.reserve(records_.structs.size());
        for (const std::uint32_t client : runs.clients())
            choose(client, runs.of(client));

        const DeleteSet deletes = deletes_of(records_);
        // Enough for nearly every update: growing would copy what is pasted again and again.
        constexpr std::size_t bytes_each = 16;
        encoder_.reserve(content_bytes_ + (structs_ + deletes.ranges().size()) * bytes_each);
        encoder_.begin_structs(blocks_.size());
        for (std::size_t i = 0; i < blocks_.size(); ++i) {
            const Block& block = blocks_[i];
            encoder_.begin_client(block.structs, records_.clients[block.client], block.clock);
            write(block.first, i + 1 < blocks_.size() ? blocks_[i + 1].first : pieces_.size());
        }
        write_delete_set(encoder_, deletes);
        return encoder_.finish();
    }

  private:
    /// From unit `from` to the end of a struct; or, where `record` is none, a gap of that length.
    struct Piece {
        std::uint32_t record = none;
        std::uint32_t from = 0;
        bool continues = false;  // the struct that the piece before it begins
    };
    struct Block {
        std::uint32_t client = 0;
        Clock clock = 0;
        std::size_t first = 0;  // in pieces_
        std::size_t structs = 0;
    };

    void choose(std::uint32_t client, std::span<const Run> runs) {
        Clock state = known_.empty() ? 0 : known_.get(records_.clients[client]);
        Block block{.client = client, .first = pieces_.size()};
        std::uint32_t length = 0;  // of the struct that the last pieces make
        for (const Run& run : runs) {
            if (run.end <= state) continue;
            for (std::uint32_t i = first_after(run, state); i < run.first + run.count; ++i) {
                const StructRecord& record = records_.structs[i];
                if (block.structs == 0) {
                    state = std::max(state, record.clock);
                    block.clock = state;
                } else if (record.clock > state) {
                    pieces_.push_back({.from = record.clock - state});
                    ++block.structs;
                    state = record.clock;
                }
                const std::uint32_t from = state - record.clock;
                const std::uint32_t rest = record.length - from;
                const bool continues = joining_ == Joining::yes && block.structs > 0 &&
                                       pieces_.back().record != none && rest <= max_length &&
                                       length <= max_length - rest &&
                                       joins(records_.structs[pieces_.back().record], record, from);
                length = continues ? length + rest : rest;
                pieces_.push_back({.record = i, .from = from, .continues = continues});
                content_bytes_ += record.content.size();
                if (!continues) ++block.structs;
                state = record.clock + record.length;
            }
        }
        if (block.structs == 0) return;
        structs_ += block.structs;
        blocks_.push_back(block);
    }

    /// The run's first struct that ends after `state`.
    std::uint32_t first_after(const Run& run, Clock state) const {
        if (run.begin >= state) return run.first;  // almost always
        const auto structs = std::span(records_.structs).subspan(run.first, run.count);
        const auto at = std::ranges::partition_point(structs, [state](const StructRecord& record) {
            return record.clock + record.length <= state;
        });
        return run.first + static_cast<std::uint32_t>(at - structs.begin());
    }

    bool has_key(const StructRecord& record) const {
        return record.more != none && records_.more[record.more].key_bit;
    }

    /// Whether a document that has `left` and what follows on it, `right` from unit `from` on,
    /// makes one struct of them (docs/wire-format.md, 4.7).
    bool joins(const StructRecord& left, const StructRecord& right, std::uint32_t from) const {
        if (left.kind != right.kind) return false;
        if (left.kind == Kind::gc) return true;
        if (left.kind != Kind::string && left.kind != Kind::deleted) return false;
        const bool follows = from > 0 || (right.has_origin && right.origin_client == right.client &&
                                          right.origin_clock + 1 == right.clock);
        if (!follows) return false;
        if (left.has_right_origin != right.has_right_origin) return false;
        if (left.has_right_origin &&
            (left.right_client != right.right_client || left.right_clock != right.right_clock)) {
            return false;
        }
        return left.kind == Kind::deleted || (!has_key(left) && !has_key(right));
    }

    void write(std::size_t first, std::size_t end) {
        while (first < end) {
            const Piece& piece = pieces_[first];
            if (piece.record == none) {
                encoder_.skip(piece.from);
                ++first;
                continue;
            }
            std::size_t last = first + 1;
            while (last < end && pieces_[last].continues)
                ++last;
            const StructRecord& record = records_.structs[piece.record];
            if (last == first + 1) {
                const Cut cut{.from = piece.from, .to = record.length};
                write_struct(encoder_, record, details(record), records_.clients.data(), cut);
            } else {
                write_joined(record, std::span(pieces_).subspan(first, last - first));
            }
            first = last;
        }
    }

    const RecordDetails* details(const StructRecord& record) const {
        return record.more == none ? nullptr : &records_.more[record.more];
    }

    /// One struct of several; `first` is the record of the first piece. Texts go out one by one:
    /// joining them first would copy all that was ever typed.
    void write_joined(const StructRecord& first, std::span<const Piece> pieces) {
        std::uint32_t units = 0;
        std::size_t bytes = 0;
        std::string scratch;
        for (const Piece& piece : pieces) {
            units += records_.structs[piece.record].length - piece.from;
            bytes += text_of(piece, scratch).size();
        }
        if (first.kind == Kind::gc) return encoder_.gc(units);
        const std::uint32_t from = pieces.front().from;
        write_place(encoder_, first, details(first), records_.clients.data(), from);
        if (first.kind == Kind::deleted) return encoder_.deleted(units);
        encoder_.begin_string(bytes, units);
        for (const Piece& piece : pieces)
            encoder_.string_part(text_of(piece, scratch));
    }

    /// The text of a piece of a string, of others nothing; `scratch` may hold it.
    std::string_view text_of(const Piece& piece, std::string& scratch) const {
        const StructRecord& record = records_.structs[piece.record];
        if (piece.from == 0 || record.kind != Kind::string) return record.content;  // almost always
        return slice_text(record.content, piece.from, record.length).joined(scratch);
    }

    const UpdateRecords& records_;
    const StateVector& known_;
    Joining joining_;
    std::vector<Piece> pieces_;
    std::vector<Block> blocks_;
    std::size_t structs_ = 0;        // that are written
    std::size_t content_bytes_ = 0;  // at most so many of content
    Encoder encoder_;
};

std::string compose(
    const UpdateRecords& records, const StateVector& known, Format format, Joining joining) {
    return format == Format::v1 ? UpdateComposer<EncoderV1>(records, known, joining).compose()
                                : UpdateComposer<EncoderV2>(records, known, joining).compose();
}

}  // namespace

std::expected<std::string, DecodeError> merge_updates(
    std::span<const std::string_view> updates, Format format, const Limits& limits) {
    UpdateRecords records;
    records.blocks.reserve(updates.size());
    records.structs.reserve(std::max(updates.size(), likely_structs(updates)));
    Limits left = limits;
    for (const std::string_view update : updates) {
        auto decoded = append_update(update, format, left, records);
        if (!decoded) return std::unexpected(decoded.error());
        // A few bytes of v2 may stand for as many structs as the limit allows, so there it holds
        // for all inputs together. In v1 the bytes themselves bound them.
        if (format == Format::v2) left.structs = limits.structs - records.structs.size();
    }
    return compose(records, {}, format, Joining::yes);
}

std::expected<std::string, DecodeError> diff_update(
    std::string_view update, const StateVector& known, Format format, const Limits& limits) {
    UpdateRecords records;
    auto decoded = decode_update(update, format, limits, records);
    if (!decoded) return std::unexpected(decoded.error());
    return compose(records, known, format, Joining::no);
}

std::expected<std::string, DecodeError> convert_update(
    std::string_view update, Format from, Format to, const Limits& limits) {
    UpdateRecords records;
    auto decoded = decode_update(update, from, limits, records);
    if (!decoded) return std::unexpected(decoded.error());
    return compose(records, {}, to, Joining::no);
}

std::expected<StateVector, DecodeError> state_vector_of(
    std::string_view update, Format format, const Limits& limits) {
    UpdateRecords records;
    auto decoded = decode_update(update, format, limits, records);
    if (!decoded) return std::unexpected(decoded.error());
    const RunsByClient runs(records);
    std::vector<StateVector::Entry> entries;
    entries.reserve(runs.clients().size());
    for (const std::uint32_t client : runs.clients()) {
        Clock state = 0;
        for (const Run& run : runs.of(client)) {
            if (run.begin > state) break;
            state = std::max(state, run.end);
        }
        entries.push_back({.client = records.clients[client], .clock = state});
    }
    return StateVector::of(std::move(entries));
}

std::expected<bool, DecodeError> has_structs_beyond(
    std::string_view update, const StateVector& known, Format format, const Limits& limits) {
    UpdateRecords records;
    auto decoded = decode_update(update, format, limits, records);
    if (!decoded) return std::unexpected(decoded.error());
    return std::ranges::any_of(records.structs, [&](const StructRecord& record) {
        return record.kind != Kind::skip &&
               record.clock + record.length > known.get(records.clients[record.client]);
    });
}

std::expected<DeleteSet, DecodeError> delete_set_of(
    std::string_view update, Format format, const Limits& limits) {
    UpdateRecords records;
    auto decoded = decode_update(update, format, limits, records);
    if (!decoded) return std::unexpected(decoded.error());
    return deletes_of(records);
}

}  // namespace codencollab::crdt
