#pragma once

#include "crdt/error.h"
#include "crdt/id.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace codencollab::crdt {

/// Deleted units, as ranges of clocks of each client.
class DeleteSet {
  public:
    struct Range {
        ClientNumber client = 0;
        Clock clock = 0;
        std::uint32_t length = 0;

        Clock end() const { return clock + length; }
        friend bool operator==(const Range&, const Range&) = default;
    };

    /// Adds a range; one that continues the last added range extends it.
    void add(ClientNumber client, Clock clock, std::uint32_t length);
    /// Sorts by client descending and clock ascending, merges what touches or overlaps, and drops
    /// empty ranges: the form in which it goes onto the wire.
    void normalise();

    /// Deleted units among [from, end) of a client; the set must be normalised.
    std::uint64_t units_within(ClientNumber client, Clock from, Clock end) const;

    void clear() { ranges_.clear(); }
    bool empty() const { return ranges_.empty(); }
    const std::vector<Range>& ranges() const { return ranges_; }

    friend bool operator==(const DeleteSet&, const DeleteSet&) = default;

  private:
    std::vector<Range> ranges_;
};

/// Writes a normalised delete set as the end of an update. `Encoder` is EncoderV1 or EncoderV2.
template <class Encoder>
void write_delete_set(Encoder& encoder, const DeleteSet& deletes) {
    const auto& ranges = deletes.ranges();
    std::uint64_t clients = 0;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (i == 0 || ranges[i].client != ranges[i - 1].client) ++clients;
    }
    encoder.begin_deletes(clients);
    for (std::size_t i = 0; i < ranges.size();) {
        std::size_t end = i + 1;
        while (end < ranges.size() && ranges[end].client == ranges[i].client)
            ++end;
        encoder.begin_client_deletes(ranges[i].client, end - i);
        for (; i < end; ++i)
            encoder.delete_range(ranges[i].clock, ranges[i].length);
    }
}

/// A document at one moment: what it had, and what of that was deleted.
struct Snapshot {
    DeleteSet deletes;                                  // normalised
    std::vector<std::pair<ClientNumber, Clock>> state;  // descending by client

    static std::expected<Snapshot, DecodeError> decode(std::string_view bytes, Format format);
    std::string encode(Format format) const;
};

}  // namespace codencollab::crdt
