#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/codec/attribute.h"
#include "common/codec/hints.h"
#include "common/codec/mapping.h"
#include "common/model/change.h"

namespace crossfade::codec {

/// The reserved attribute of an item, as read: a map with nothing but
///   w  M  the write token: l S link, e N epoch, p N position, h S 16 hex digits of the key's hash,
///         at N milliseconds since the epoch, del BOOL true on the mark before our delete
///   t  M  types: path -> BSON type, where the table of the mapping would give another
///   n  L  paths of names that stand in the document as they are
///   i     the document's own `_id`, where it does not follow from the key
struct Reserved {
  std::optional<WriteToken> token;
  HintTree hints;
  bool has_id = false;

  bool changes_mapping() const { return has_id || hints.root() != nullptr; }
};

/// False: the attribute has another shape, so it is not ours.
bool read_reserved(JsonSource& source, ondemand::value value, Reserved& reserved);

/// The token of the attribute, whatever else is in it.
std::optional<WriteToken> read_token(JsonSource& source, ondemand::value value);

/// The reserved field of a document: `{t: {path: type}}`. False: it has another shape.
bool read_reserved_field(std::string_view document, HintTree& hints);

/// The size of token_json() by DynamoDB's rules, without a name.
std::size_t token_bytes(const WriteToken& token);

}  // namespace crossfade::codec
