#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/reserved.h"
#include "common/codec/value_writer.h"

namespace crossfade::codec {

/// Items (DynamoDB JSON, read on demand) into documents. Fields stand in this order: `_id`, the key
/// attributes, the others by name, the reserved field. Keeps its buffers from item to item; one
/// thread at a time.
class DocumentWriter {
 public:
  DocumentWriter(const Rules& rules, JsonSource& source)
      : rules_(rules), source_(source), values_(rules, source) {}

  /// False: see reason().
  bool read(ondemand::object item);
  MappedDocument finish();

  /// The item as one neutral document: no `_id`, nothing declared, nothing of the reserved
  /// attribute, hints for every type that does not show.
  bool read_neutral(ondemand::object item);
  std::string finish_neutral();

  /// The key alone, from an object that has the key attributes.
  bool read_key(ondemand::object item);
  Key key() const { return rules_.keys.key_of(key_); }

  /// One sentence.
  const std::string& reason() const { return own_reason_.empty() ? values_.reason() : own_reason_; }

 private:
  using Tag = Attribute::Tag;
  enum class Mode { document, neutral, key };

  bool run(ondemand::object& item, Mode mode);
  bool attributes(ondemand::object& item);
  bool attribute(std::string_view name, ondemand::value value);
  bool reserved(ondemand::value value);
  bool foreign_id(ondemand::value value);
  bool key_attribute(std::size_t which, ondemand::value value);
  bool all_keys();
  bool refuse(std::string reason);
  Hints hints() const;
  bool is_own_id(const Key& key) const;
  void put_fields(std::string& out);
  void put_reserved_field(std::string& out);

  const Rules& rules_;
  JsonSource& source_;
  ValueWriter values_;
  Mode mode_ = Mode::document;
  bool again_ = false;  ///< the hints came after attributes that need them
  bool reserved_read_ = false;
  Reserved reserved_;
  std::vector<KeyPart> key_;
  std::optional<KeyPart> id_;
  std::string own_reason_;
};

}  // namespace crossfade::codec
