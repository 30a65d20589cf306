#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/async/offload.h"
#include "common/codec/mapping.h"
#include "common/dynamo/client.h"
#include "common/mongo/client.h"

namespace crossfade::sync {

/// One key as it stands on both sides; absent: there is none.
struct BothSides {
  Key key;
  std::optional<std::string> item;  ///< DynamoDB JSON
  std::optional<std::string> document;
};

/// What differs, in the neutral form of the codec: names of attributes, never values. Empty when
/// the sides are equal. Pure.
std::string difference(const codec::Mapper& mapper, const BothSides& sides);

struct Difference {
  Key key;
  std::string what;
};

/// What came of one batch of keys.
struct Comparison {
  std::int64_t on_dynamodb = 0;  ///< keys that DynamoDB has
  std::vector<Difference> differences;
};

/// Compares keys between the two stores, with strongly consistent reads on DynamoDB and majority
/// reads from MongoDB's primary. The two reads are not of one instant: a key that somebody writes
/// at the moment may look different. Holds one batch at a time. One thread only; many calls may be
/// under way at once.
class Comparer {
 public:
  struct Sides {
    dynamo::Client& dynamo;
    mongo::Pool& mongo;
    ThreadPool& threads;
    const codec::Mapper& mapper;
    std::string table;
    mongo::Namespace collection;
    bool by_key_too = false;  ///< documents may have a foreign `_id`
  };
  static constexpr std::size_t kBatch = 100;

  explicit Comparer(Sides sides) : sides_(std::move(sides)) {}

  /// At most kBatch keys, none twice.
  Task<Result<Comparison>> compare(std::vector<Key> keys) const;
  /// `{"pk":{"S":"a"}}: differs in "n"`
  std::string sentence(const Difference& one) const;

 private:
  Result<Comparison> judge(const std::vector<Key>& keys, std::vector<std::string> items) const;
  Result<void> find_documents(std::vector<BothSides>& sides) const;
  Result<void> find_by(std::vector<BothSides>& sides,
                       const std::vector<std::string>& filters) const;

  Sides sides_;
};

}  // namespace crossfade::sync
