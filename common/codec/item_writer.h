#pragma once

#include <string>
#include <string_view>

#include "common/codec/item_values.h"
#include "common/codec/rules.h"

namespace crossfade::codec {

/// Documents into items (DynamoDB JSON). The reserved attribute comes last and only where it is
/// needed. Keeps its buffers from document to document; one thread at a time.
class ItemWriter {
 public:
  explicit ItemWriter(const Rules& rules) : rules_(rules), values_(rules) {}

  Result<MappedItem> write(std::string_view bson, const WriteToken* token);

 private:
  Result<void> read_hints(std::string_view bson);
  Error refusal() const { return fail(Fault::rejected, values_.reason()); }
  Result<void> absent_keys(std::string_view bson, const Key& key);
  Result<void> reserved(const std::optional<BsonValue>& foreign, const WriteToken* write_token);
  std::size_t token(const WriteToken& token);
  Result<void> check_size(std::size_t token_size);
  bool foreign_id(const BsonValue& id);
  void types();
  void raw_names();
  void member(std::string_view name);

  const Rules& rules_;
  ItemValues values_;
  HintTree hints_;
};

}  // namespace crossfade::codec
