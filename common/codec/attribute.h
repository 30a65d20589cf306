#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/model/change.h"

namespace crossfade::codec {

namespace ondemand = simdjson::ondemand;

/// The texts of one JSON body. A text without escapes is a view of the body itself; the others are
/// unescaped into an arena that lasts until rewind().
class JsonTexts {
 public:
  /// Before a body of this size is read.
  void prepare(std::size_t body_size);
  void rewind() { free_ = arena_.get(); }
  /// False: not Unicode (half of a surrogate pair), or a wrong escape.
  bool read(ondemand::parser& parser, ondemand::raw_json_string raw, std::string_view& text);

 private:
  std::unique_ptr<std::uint8_t[]> arena_;
  std::uint8_t* free_ = nullptr;
  std::size_t capacity_ = 0;
};

/// The one-member object by which DynamoDB writes a value: `{"S": "a"}`. Open it, use the body,
/// close it.
class Attribute {
 public:
  enum class Tag : std::uint8_t { S, N, B, BOOL, NUL, L, M, SS, NS, BS };

  /// False: not such an object. `{}` opens as an empty map without a body (DynamoDB Local's
  /// streams write empty maps so).
  bool open(ondemand::value value);
  Tag tag() const { return tag_; }
  bool has_body() const { return has_body_; }
  ondemand::value& body() { return body_; }
  /// False: there is a second member.
  bool close();

 private:
  Tag tag_ = Tag::M;
  bool has_body_ = false;
  ondemand::value body_;
  ondemand::object_iterator position_;
};

std::string_view to_string(Attribute::Tag tag);

/// A JSON body being read, with what reading its texts needs.
struct JsonSource {
  ondemand::parser parser;
  ondemand::document document;
  JsonTexts texts;

  /// The body is no JSON from some place on: nothing of it may be touched any more, and loops over
  /// it have ended early.
  bool broken() { return !document.is_alive(); }
  /// Back to the first member, to read the object once more.
  bool restart(ondemand::object& object) {
    return !broken() && object.reset().error() == simdjson::SUCCESS;
  }
  /// The body was read to its very end.
  bool finished() {
    return !broken() && document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  }

  bool text(ondemand::value& value, std::string_view& text) {
    ondemand::raw_json_string raw;
    return value.get_raw_json_string().get(raw) == simdjson::SUCCESS &&
           texts.read(parser, raw, text);
  }
  bool name(ondemand::field& field, std::string_view& name) {
    return texts.read(parser, field.key(), name);
  }
  /// The text of an attribute value that must have this tag.
  bool scalar(ondemand::value value, Attribute::Tag tag, std::string_view& text);
};

}  // namespace crossfade::codec
