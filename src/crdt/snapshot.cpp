#include "base/lib0.h"
#include "crdt/delete_set.h"
#include "crdt/read_error.h"
#include "crdt/state_vector.h"

#include <cstdint>
#include <ranges>

namespace codencollab::crdt {

namespace {

/// Reads a delete set: with its clocks and lengths as they are (v1), or each clock as the distance
/// to the last range's end and each length less one (v2).
DeleteSet read_deletes(lib0::Reader& in, Format format) {
    DeleteSet deletes;
    const std::uint64_t clients = in.var_uint();
    for (std::uint64_t i = 0; i < clients && !in.failed(); ++i) {
        const ClientNumber client = in.var_uint();
        const std::uint64_t ranges = in.var_uint();
        std::uint64_t end = 0;
        for (std::uint64_t k = 0; k < ranges && !in.failed(); ++k) {
            const std::uint64_t clock = in.var_uint() + (format == Format::v2 ? end : 0);
            const std::uint64_t length = in.var_uint() + (format == Format::v2 ? 1 : 0);
            end = clock + length;
            if (end > max_clock) {
                in.fail(lib0::Reader::Failure::bad_integer);
            } else {
                deletes.add(client, static_cast<Clock>(clock), static_cast<std::uint32_t>(length));
            }
        }
    }
    return deletes;
}

class DeletesWriter {
  public:
    DeletesWriter(lib0::Writer& out, Format format) : out_(out), format_(format) {}

    void begin_deletes(std::uint64_t client_count) { out_.var_uint(client_count); }
    void begin_client_deletes(ClientNumber client, std::uint64_t range_count) {
        out_.var_uint(client);
        out_.var_uint(range_count);
        end_ = 0;
    }
    void delete_range(Clock clock, std::uint32_t length) {
        const bool is_v2 = format_ == Format::v2;
        out_.var_uint(is_v2 ? clock - end_ : clock);
        out_.var_uint(is_v2 ? length - 1 : length);
        end_ = clock + length;
    }

  private:
    lib0::Writer& out_;
    Format format_;
    Clock end_ = 0;
};

}  // namespace

std::expected<Snapshot, DecodeError> Snapshot::decode(std::string_view bytes, Format format) {
    lib0::Reader in(bytes);
    Snapshot snapshot;
    snapshot.deletes = read_deletes(in, format);
    if (in.failed()) return std::unexpected(read_error(in));
    snapshot.deletes.normalise();

    const std::size_t deletes_bytes = in.offset();
    auto state = StateVector::decode(bytes.substr(deletes_bytes));
    if (!state) {
        DecodeError error = state.error();
        error.at += deletes_bytes;
        return std::unexpected(error);
    }
    const auto& entries = state->entries();
    snapshot.state.reserve(entries.size());
    for (const StateVector::Entry& entry : std::views::reverse(entries)) {
        snapshot.state.emplace_back(entry.client, entry.clock);
    }
    return snapshot;
}

std::string Snapshot::encode(Format format) const {
    lib0::Writer out;
    DeletesWriter writer(out, format);
    write_delete_set(writer, deletes);
    out.var_uint(state.size());
    for (const auto& [client, clock] : state) {
        out.var_uint(client);
        out.var_uint(clock);
    }
    return out.take();
}

}  // namespace codencollab::crdt
