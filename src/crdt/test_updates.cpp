#include "crdt/test_updates.h"

#include "crdt/value_builder.h"

#include <array>
#include <bit>
#include <cmath>

namespace codencollab::crdt::test {

namespace {

constexpr std::array<std::string_view, 8> words{
    "a", "code", "", "\xC3\xA9t\xC3\xA9", "\xF0\x9F\x98\x80", "0", "17", "\"\\\n\x01"};

std::string_view word(Choices& choices) {
    return words[choices.below(words.size())];
}

std::string_view text(Choices& choices) {
    const std::string_view drawn = word(choices);
    return drawn.empty() ? "text of some length" : drawn;
}

double random_number(Choices& choices) {
    const auto drawn = static_cast<double>(choices.below(1U << 20U)) - 1000;
    switch (choices.below(5)) {
        case 0:
            return drawn;
        case 1:
            return drawn / 7;
        case 2:
            return drawn * 4'294'967'296.0;
        case 3:
            return -0.0;
        default:
            return std::ldexp(drawn, static_cast<int>(choices.below(1000)) - 500);
    }
}

void put_value(Choices& choices, ValueBuilder& out, int depth) {
    constexpr int depth_max = 4;
    switch (choices.below(depth < depth_max ? 8 : 6)) {
        case 0:
            return out.null();
        case 1:
            return out.boolean(choices.coin());
        case 2:
        case 3:
            return out.number(random_number(choices));
        case 4:
        case 5:
            return out.string(word(choices));
        case 6:
            out.begin_array();
            for (std::uint32_t left = choices.below(4); left > 0; --left) {
                put_value(choices, out, depth + 1);
            }
            return out.end();
        default:
            out.begin_object();
            for (std::uint32_t left = choices.below(12); left > 0; --left) {
                out.key(word(choices));
                put_value(choices, out, depth + 1);
            }
            return out.end();
    }
}

/// Writes the structs of one client.
template <class Encoder>
class RandomStructs {
  public:
    RandomStructs(Encoder& encoder, Choices& choices, ClientNumber client, Clock clock)
        : encoder_(encoder), choices_(choices), client_(client), clock_(clock) {}

    void put() {
        const auto kind = static_cast<Kind>(choices_.below(11));
        const std::uint32_t count = 1 + choices_.below(3);
        if (kind == Kind::gc || kind == Kind::skip) {
            kind == Kind::gc ? encoder_.gc(count) : encoder_.skip(count);
            clock_ += count;
            return;
        }
        put_place(kind);
        clock_ += put_content(kind, count);
    }

  private:
    Id random_id() {
        if (clock_ > 0 && choices_.coin()) {
            return {.client = client_, .clock = choices_.below(clock_)};
        }
        return {.client = client_ + 1 + choices_.below(3), .clock = choices_.below(300)};
    }

    void put_place(Kind kind) {
        const bool has_origin = choices_.coin();
        const bool has_right_origin = choices_.coin();
        // As it is written, not as it may be read: with an origin, text alone keeps the bit.
        const bool has_key =
            choices_.below(4) == 3 && (kind == Kind::string || (!has_origin && !has_right_origin));
        auto info = static_cast<std::uint8_t>(kind);
        if (has_origin) info |= info_origin;
        if (has_right_origin) info |= info_right_origin;
        if (has_key) info |= info_key;
        encoder_.item_info(info);
        if (has_origin) encoder_.origin(random_id());
        if (has_right_origin) encoder_.right_origin(random_id());
        if (has_origin || has_right_origin) return;
        if (choices_.coin()) {
            encoder_.item_parent(random_id());
        } else {
            encoder_.root_parent(word(choices_));
        }
        if (has_key) encoder_.key(word(choices_));
    }

    std::uint32_t put_content(Kind kind, std::uint32_t count) {
        switch (kind) {
            case Kind::deleted:
                encoder_.deleted(count);
                return count;
            case Kind::json:
                encoder_.json(count, values(count));
                return count;
            case Kind::any:
                encoder_.any(count, values(count));
                return count;
            case Kind::binary:
                encoder_.binary("\x01\xFF");
                return 1;
            case Kind::embed:
                encoder_.embed(random_value(choices_));
                return 1;
            case Kind::format: {
                const std::string_view key = word(choices_);
                encoder_.format_content(key, random_value(choices_));
                return 1;
            }
            case Kind::type:
                encoder_.type(static_cast<TypeKind>(choices_.below(7)), word(choices_));
                return 1;
            case Kind::subdocument: {
                ValueBuilder options;
                options.begin_object();
                if (choices_.coin()) {
                    options.key("gc");
                    options.boolean(false);
                }
                if (choices_.coin()) {
                    options.key("meta");
                    options.string(word(choices_));
                }
                options.end();
                encoder_.subdocument(word(choices_), options.view());
                return 1;
            }
            default: {
                const std::string_view drawn = text(choices_);
                const auto units = static_cast<std::uint32_t>(count_units(drawn));
                encoder_.string(drawn, units);
                return units;
            }
        }
    }

    std::string values(std::uint32_t count) {
        std::string all;
        for (; count > 0; --count)
            all += random_value(choices_);
        return all;
    }

    Encoder& encoder_;
    Choices& choices_;
    ClientNumber client_;
    Clock clock_;
};

template <class Encoder>
std::string random_update_with(Choices choices) {
    Encoder encoder;
    const std::uint32_t blocks = choices.below(4);
    encoder.begin_structs(blocks);
    for (std::uint32_t i = 0; i < blocks; ++i) {
        const ClientNumber client = 1'000 + choices.below(4);
        const std::uint32_t structs = 1 + choices.below(8);
        const Clock clock = choices.coin() ? choices.below(200) : 0;
        encoder.begin_client(structs, client, clock);
        RandomStructs<Encoder> author(encoder, choices, client, clock);
        for (std::uint32_t k = 0; k < structs; ++k)
            author.put();
    }
    DeleteSet deletes;
    for (std::uint32_t left = choices.below(5); left > 0; --left) {
        deletes.add(1'000 + choices.below(4), choices.below(300), 1 + choices.below(20));
    }
    deletes.normalise();
    write_delete_set(encoder, deletes);
    return encoder.finish();
}

}  // namespace

std::string random_value(Choices& choices) {
    ValueBuilder value;
    put_value(choices, value, 0);
    return value.take();
}

std::string random_update(std::span<const std::uint32_t> choices, Format format) {
    return format == Format::v1 ? random_update_with<EncoderV1>(Choices(choices))
                                : random_update_with<EncoderV2>(Choices(choices));
}

}  // namespace codencollab::crdt::test
