#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/codec/attribute.h"
#include "common/codec/hints.h"
#include "common/codec/rules.h"
#include "common/codec/slices.h"

namespace crossfade::codec {

/// DynamoDB values (JSON, read on demand) into BSON payloads at the end of one growing buffer.
/// Maps are ordered by field name, sets by value; hints are collected where the BSON form does not
/// show the type. Every function returns false when the value has no form: see reason().
class ValueWriter {
 public:
  using Tag = Attribute::Tag;

  ValueWriter(const Rules& rules, JsonSource& source) : rules_(rules), source_(source) {}

  void start();
  std::string& bytes() { return bytes_; }
  Slices& slices() { return slices_; }
  Path& path() { return path_; }
  HintList& hints() { return hints_; }
  const std::string& reason() const { return reason_; }

  /// The value at the present path.
  bool value(ondemand::value json, Hints hints, BsonType& type);
  /// One field of a document: element and value. `hints` are those of the value.
  bool field(std::string_view attribute, ondemand::value json, Hints hints, std::uint32_t rank = 0);
  /// The same for a scalar (S, N, B) that has been read already.
  bool scalar_field(std::string_view attribute, Tag tag, std::string_view text, Hints hints,
                    std::uint32_t rank);
  /// The payload that a key has: no hints.
  bool key_part(Tag tag, std::string_view text, KeyPart& part);

  /// `reason` becomes `The value at "path" <what>.`
  bool refuse(std::string_view what);
  bool refuse_unicode();

 private:
  bool refuse_json() { return refuse("is not DynamoDB JSON"); }
  bool refuse_number(std::string_view text);
  bool refuse_text(ondemand::value& json);
  bool body(Attribute& attribute, Hints hints, BsonType& type);
  bool scalar(Tag tag, std::string_view text, Hints hints, BsonType& type);
  bool number(std::string_view text, Hints hints, BsonType& type);
  bool binary(std::string_view text, Hints hints, BsonType& type);
  bool flag(ondemand::value& json, Tag tag, BsonType& type);
  bool list(ondemand::value& json, Hints hints);
  bool elements(ondemand::array& array, Hints hints, std::size_t& count);
  void hint_for_list(std::size_t begin, Hints hints);
  bool map(Attribute& attribute, Hints hints);
  bool fields(ondemand::object& members, Hints hints);
  bool set(ondemand::value& json, Tag tag, Hints hints);
  bool members(ondemand::array& array, Tag tag);
  bool text_set(Tag tag);
  bool number_set(Hints hints);
  Slices::Field begin_field(std::string_view attribute, Hints hints, std::uint32_t rank);
  bool end_field(Slices::Field slice, BsonType type);

  const Rules& rules_;
  JsonSource& source_;
  std::string bytes_;
  Slices slices_;
  Path path_;
  HintList hints_;
  std::string blobs_;
  std::vector<std::string_view> texts_;
  std::vector<Number> numbers_;
  std::string reason_;
};

}  // namespace crossfade::codec
