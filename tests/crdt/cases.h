#pragma once

#include "check.h"

#include <boost/json/object.hpp>

/// One function a kind of vector: what each field means, tests/crdt/vectors/README.md says. A case
/// that lacks a field, or has it in another shape, ends in an exception.
namespace codencollab::crdt::vectors {

void check_history(const boost::json::object& one, Check& check);
void check_local(const boost::json::object& one, Check& check);
void check_encoding(const boost::json::object& one, Check& check);
void check_malformed(const boost::json::object& one, Check& check);
void check_protocol(const boost::json::object& one, Check& check);

}  // namespace codencollab::crdt::vectors
