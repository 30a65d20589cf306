#pragma once

#include <iosfwd>
#include <string>

#include "common/codec/mapping.h"
#include "sync/config.h"

namespace crossfade::sync {

/// `key`: "pk" or "pk,sk"; empty: the key of the link. Fault::invalid with a sentence when there is
/// none, or when it names more than two attributes.
Result<codec::MappingOptions> map_options(const LinkConfig& link, const std::string& key);

/// One DynamoDB JSON item (also as `{"Item": ...}`, as exports and get-item print it) or one
/// Extended JSON document a line; writes the mapped one in the other notation in its place, or
/// {"error": ...}. Empty lines are passed over. Holds one line at a time, of at most 64 MiB.
/// Returns how many lines could not be mapped.
std::int64_t map_lines(const codec::Mapper& mapper, Side to, std::istream& in, std::ostream& out);

}  // namespace crossfade::sync
