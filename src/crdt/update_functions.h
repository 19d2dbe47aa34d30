#pragma once

#include "crdt/delete_set.h"
#include "crdt/error.h"
#include "crdt/limits.h"
#include "crdt/state_vector.h"

#include <expected>
#include <span>
#include <string>
#include <string_view>

/// What can be done with updates as bytes, without a document. All decode their input whole and
/// refuse what is malformed.
namespace codencollab::crdt {

/// One update that says what all of them say. What is missing between two of them becomes a Skip;
/// neighbouring runs of text are joined. Where two updates say different things of one unit, which
/// no two documents that agree do, the one counts whose run of structs begins first. Merging what
/// has been merged changes nothing. An error's `at` counts in the update that was refused.
/// Cost: linear in the bytes, plus a sort of the runs.
std::expected<std::string, DecodeError> merge_updates(
    std::span<const std::string_view> updates, Format format, const Limits& limits = {});

/// What of the update a replica with `known` lacks; the delete set stays whole.
std::expected<std::string, DecodeError> diff_update(
    std::string_view update, const StateVector& known, Format format, const Limits& limits = {});

std::expected<std::string, DecodeError> convert_update(
    std::string_view update, Format from, Format to, const Limits& limits = {});

/// For each client whose structs begin at 0: the clock at which the first gap or the end is.
std::expected<StateVector, DecodeError> state_vector_of(
    std::string_view update, Format format, const Limits& limits = {});

/// Whether the update has a struct that a replica with `known` lacks, be it in part.
std::expected<bool, DecodeError> has_structs_beyond(
    std::string_view update, const StateVector& known, Format format, const Limits& limits = {});

/// What the update says is deleted, whether or not the structs are in it; normalised.
std::expected<DeleteSet, DecodeError> delete_set_of(
    std::string_view update, Format format, const Limits& limits = {});

}  // namespace codencollab::crdt
