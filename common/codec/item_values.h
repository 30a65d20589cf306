#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/bson_reader.h"
#include "common/codec/foreign.h"
#include "common/codec/hints.h"
#include "common/codec/rules.h"
#include "common/codec/sets.h"

namespace crossfade::codec {

/// BSON values into DynamoDB values (JSON) at the end of one growing text, with their size by
/// DynamoDB's rules and the hints that the way back needs. Functions return false when a value has
/// no form: see reason().
class ItemValues {
 public:
  explicit ItemValues(const Rules& rules) : rules_(rules) {}

  void start();
  std::string& json() { return json_; }
  std::size_t& size() { return size_; }
  Path& path() { return path_; }
  HintList& hints() { return hints_; }
  const std::string& reason() const { return reason_; }

  /// The value at the present path.
  bool value(const BsonValue& value, Hints hints);
  /// `{"S":"..."}` for what has travelled, with its hint.
  bool carried(const Carried& carried);
  /// All fields of a document as members `"name":value` with commas between them; of the top level
  /// without `_id`, the reserved and the synced field.
  bool fields(std::string_view document, Hints hints);
  bool name(std::string_view attribute);

 private:
  struct Name {
    std::string_view attribute;
    bool raw;
  };

  bool refuse(std::string_view what);
  bool text(const BsonValue& value, Hints hints);
  bool plain_text(char tag, std::string_view text);
  bool number(const BsonValue& value);
  bool put_number(const Number& number, std::string_view hint);
  bool binary(std::string_view bytes);
  bool array(const BsonValue& value, Hints hints);
  bool list(std::string_view elements, Hints hints);
  bool set(std::string_view type);
  bool map(std::string_view document, Hints hints);
  bool is_kept_apart(std::string_view field) const;
  bool names(std::string_view document, std::size_t begin);
  bool has_twins(std::size_t begin);
  void take_names_as_they_are(std::string_view document, std::size_t begin);

  const Rules& rules_;
  std::string json_;
  std::size_t size_ = 0;
  Path path_;
  HintList hints_;
  std::vector<Name> names_;
  std::deque<std::string> decoded_;
  std::vector<std::string_view> sorted_;
  SetMembers set_;
  std::string reason_;
};

}  // namespace crossfade::codec
