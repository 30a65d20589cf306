#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/bson_reader.h"
#include "common/codec/mapping.h"
#include "common/codec/names.h"

namespace crossfade::codec {

/// One key attribute's value in its one BSON form: equal keys have equal bytes.
struct KeyPart {
  BsonType type = BsonType::null;
  std::string payload;
};

/// The key of a link's table: how it reads from a document, how it makes the `_id`, and back.
class Keys {
 public:
  struct Attribute {
    std::string name;      ///< in the table
    std::string field;     ///< in the document
    std::string id_field;  ///< inside an `_id` of two parts
    std::optional<KeyType> type;
    std::size_t most_bytes = 0;
  };

  Keys(const KeySchema& schema, const Names& names, bool fractions_as_double);

  /// The hash attribute, then the sort attribute if the table has one.
  const std::vector<Attribute>& attributes() const { return attributes_; }
  /// Which of them has this name in the table; nothing for other attributes.
  std::optional<std::size_t> find(std::string_view name) const;

  Key key_of(const std::vector<KeyPart>& parts) const;
  /// From the key's own fields, else from the `_id`.
  Result<Key> of_document(std::string_view bson) const;
  /// From an `_id` of the derived shape.
  Result<Key> of_id(const BsonValue& id) const;
  /// Brings a value into its one form. The error says why it is no key.
  Result<KeyPart> part_of(std::size_t which, const BsonValue& value) const;

  /// The values of the key attributes, in order. Views of the key.
  Result<std::vector<BsonValue>> values(const Key& key) const;
  Result<std::string> json(const Key& key) const;
  Result<std::string> filter(const Key& key) const;
  std::optional<std::string> text(const Key& key, std::string_view name) const;

 private:
  Result<std::vector<BsonValue>> id_values(const BsonValue& id) const;
  Result<Key> of_partial(const std::vector<std::optional<BsonValue>>& found,
                         const std::optional<BsonValue>& id) const;
  Result<Key> of_values(const std::vector<BsonValue>& values) const;
  void append_value(std::string& out, std::size_t which, const BsonValue& value) const;
  bool is_number_text(std::size_t which, const BsonValue& value) const;

  std::vector<Attribute> attributes_;
  bool fractions_as_double_;
};

/// `"name"` for a sentence.
std::string in_quotes(std::string_view name);

}  // namespace crossfade::codec
