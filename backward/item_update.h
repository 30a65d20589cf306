#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/result.h"
#include "common/dynamo/types.h"

namespace crossfade::backward {

inline const dynamo::Condition kNoCondition;

/// Both must hold. Either may be empty; no placeholder may stand for two things.
dynamo::Condition both(dynamo::Condition one, const dynamo::Condition& other);

/// Attributes of the table: the hash attribute is #k, the reserved one #x, which the guard of the
/// write names, and its value :x.
struct ItemNames {
  std::string hash;
  std::string reserved;
};

/// How an item that was read is turned into another by one UpdateItem that touches nothing else,
/// and only where it still is as it was read.
struct ItemUpdate {
  std::string expression;  ///< empty when there is no item to be
  dynamo::Condition as_read;
  dynamo::Condition written;  ///< values of the expression, which has its names from `as_read` and
                              ///< the guard; no condition
  bool was_there = false;
};

/// `read` is the body of a GetItem, `wanted` the item in DynamoDB JSON with its reserved attribute;
/// absent: there is to be none. Fault::rejected for more than a hundred attributes, which do not
/// fit into one expression, and for JSON that does not read. Pure.
Result<ItemUpdate> item_update(const ItemNames& names, const std::string& read,
                               const std::optional<std::string>& wanted,
                               const std::vector<std::string>& attributes);

}  // namespace crossfade::backward
