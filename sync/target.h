#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/codec/names.h"
#include "common/dynamo/types.h"
#include "common/mongo/client.h"

namespace crossfade::sync {

/// One index to build on the collection, as `createIndexes` takes it.
struct IndexPlan {
  std::string name;
  std::string specification;  ///< BSON {key, name, unique?}
  std::string statement;      ///< to run by hand
};

/// The table's key pair (unique), then each LSI and GSI; their projections are ignored. Pure.
std::vector<IndexPlan> plan_indexes(const dynamo::TableDescription& table,
                                    const codec::Names& names, const std::string& collection);

/// What the service does to the collection itself. Blocking; inside offload() only.
class Target {
 public:
  explicit Target(mongo::Namespace where) : where_(std::move(where)) {}

  Result<bool> has_documents(mongo::Client& client) const;
  /// Does nothing when the collection exists: transactions then need not create it.
  Result<void> create(mongo::Client& client) const;
  /// Turns pre- and post-images on where the server has them (6.0+) and they are off: that waits
  /// for every open transaction on the collection, and others wait behind it. Returns whether they
  /// are on.
  Result<bool> keep_images(mongo::Client& client, const mongo::ServerFacts& server) const;
  Result<void> build(mongo::Client& client, const IndexPlan& index) const;

 private:
  Result<std::optional<std::string>> definition(mongo::Client& client) const;

  mongo::Namespace where_;
};

}  // namespace crossfade::sync
