#include "common/codec/attribute.h"

#include <array>
#include <bit>
#include <cstring>

namespace crossfade::codec {
namespace {

using Tag = Attribute::Tag;

constexpr std::array<std::string_view, 10> kTags = {"S", "N", "B",  "BOOL", "NULL",
                                                    "L", "M", "SS", "NS",   "BS"};
constexpr std::uint64_t kOnes = 0x0101010101010101;

/// The highest bit of each byte of `word` that equals `c` (bytes after the first hit may lie).
constexpr std::uint64_t bytes_equal(std::uint64_t word, char c) {
  const std::uint64_t difference = word ^ (kOnes * static_cast<std::uint8_t>(c));
  return (difference - kOnes) & ~difference & (kOnes << 7);
}

/// Up to the closing quote or the first backslash. The body's padding makes the reads safe.
const char* end_of_plain(const char* text) {
  for (;; text += sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text, sizeof word);
    const std::uint64_t hits = bytes_equal(word, '"') | bytes_equal(word, '\\');
    if (hits != 0) return text + std::countr_zero(hits) / 8;
  }
}

/// A key as one number: its bytes up to the closing quote, which the longest tag leaves room for.
constexpr std::uint32_t packed(std::string_view key) {
  std::uint32_t code = 0;
  for (const char c : key) code = code << 8 | static_cast<std::uint8_t>(c);
  return code;
}

bool find_tag(ondemand::raw_json_string key, Tag& tag) {
  std::uint32_t code = 0;
  for (const char* c = key.raw(); *c != '"'; ++c) {
    if (code >> 24 != 0) return false;
    code = code << 8 | static_cast<std::uint8_t>(*c);
  }
  for (std::size_t i = 0; i < kTags.size(); ++i) {
    if (packed(kTags[i]) != code) continue;
    tag = static_cast<Tag>(i);
    return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(Tag tag) {
  return kTags[static_cast<std::size_t>(tag)];
}

void JsonTexts::prepare(std::size_t body_size) {
  const std::size_t needed = body_size + simdjson::SIMDJSON_PADDING;
  if (needed > capacity_ || capacity_ > needed * 64) {
    arena_.reset(new std::uint8_t[needed]);
    capacity_ = needed;
  }
  rewind();
}

bool JsonTexts::read(ondemand::parser& parser, ondemand::raw_json_string raw,
                     std::string_view& text) {
  const char* end = end_of_plain(raw.raw());
  if (*end == '"') {
    text = {raw.raw(), static_cast<std::size_t>(end - raw.raw())};
    return true;
  }
  return parser.unescape(raw, free_).get(text) == simdjson::SUCCESS;
}

bool Attribute::open(ondemand::value value) {
  ondemand::object object;
  if (value.get_object().get(object) != simdjson::SUCCESS) return false;
  ondemand::object_iterator end;
  if (object.begin().get(position_) != simdjson::SUCCESS) return false;
  tag_ = Tag::M;
  has_body_ = position_ != end;
  if (!has_body_) return true;
  ondemand::field field;
  if ((*position_).get(field) != simdjson::SUCCESS) return false;
  body_ = field.value();
  return find_tag(field.key(), tag_);
}

bool Attribute::close() {
  if (!has_body_) return true;
  const ondemand::object_iterator end;
  ++position_;
  return position_ == end;
}

bool JsonSource::scalar(ondemand::value value, Tag tag, std::string_view& result) {
  Attribute attribute;
  return attribute.open(value) && attribute.has_body() && attribute.tag() == tag &&
         text(attribute.body(), result) && attribute.close();
}

}  // namespace crossfade::codec
