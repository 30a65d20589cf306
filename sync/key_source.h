#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/async/offload.h"
#include "common/base/random.h"
#include "common/codec/mapping.h"
#include "common/dynamo/client.h"
#include "common/mongo/client.h"

namespace crossfade::sync {

/// Keys of one side, page by page, so that memory is bounded whatever their number. One caller at a
/// time.
class KeySource {
 public:
  virtual ~KeySource() = default;
  /// The next page, which may be empty; nullopt at the end.
  virtual Task<Result<std::optional<std::vector<Key>>>> next() = 0;
};

/// What a source reads from; all of it outlives the source.
struct KeyPlace {
  dynamo::Client& dynamo;
  mongo::Pool& mongo;
  ThreadPool& threads;
  const codec::Mapper& mapper;
  const dynamo::TableDescription& table;
  mongo::Namespace collection;
};

using KeySourcePtr = std::unique_ptr<KeySource>;

/// These, in pages.
KeySourcePtr keys_given(std::vector<Key> keys);
/// Every item of the table, by a strongly consistent scan that returns keys only.
KeySourcePtr keys_of_table(const KeyPlace& place);
/// Some items, about `count`, of a place in the table that chance names.
KeySourcePtr keys_of_table_sample(const KeyPlace& place, Random& random, int count);
/// Every item under one of these hash keys (texts), by Query.
KeySourcePtr keys_of_table_subjects(const KeyPlace& place, std::vector<std::string> subjects);
/// Every document, in the order of `_id`.
KeySourcePtr keys_of_collection(const KeyPlace& place);
/// Some documents, by `$sample`.
KeySourcePtr keys_of_collection_sample(const KeyPlace& place, int count);
/// Every document whose hash field is one of these texts.
KeySourcePtr keys_of_collection_subjects(const KeyPlace& place, std::vector<std::string> subjects);

}  // namespace crossfade::sync
