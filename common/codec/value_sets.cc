#include <algorithm>

#include "common/codec/base64.h"
#include "common/codec/foreign.h"
#include "common/codec/number_form.h"
#include "common/codec/value_writer.h"

namespace crossfade::codec {
namespace {

template <class Members>
bool order(Members& members) {
  std::sort(members.begin(), members.end());
  return std::adjacent_find(members.begin(), members.end()) == members.end();
}

void put_binary(std::string& out, std::string_view bytes) {
  put(out, static_cast<std::int32_t>(bytes.size()));
  out.push_back('\0');
  out.append(bytes);
}

}  // namespace

bool ValueWriter::set(ondemand::value& json, Tag tag, Hints hints) {
  ondemand::array array;
  if (json.get_array().get(array) != simdjson::SUCCESS) return refuse_json();
  if (!members(array, tag)) return false;
  if (texts_.empty()) return refuse("is an empty set");
  const std::size_t begin = put_begin(bytes_);
  if (!(tag == Tag::NS ? number_set(hints) : text_set(tag))) return false;
  put_end(bytes_, begin);
  if (hints.declared_type() != to_string(tag)) hints_.add(path_, to_string(tag));
  return true;
}

bool ValueWriter::members(ondemand::array& array, Tag tag) {
  texts_.clear();
  for (auto entry : array) {
    ondemand::value element;
    std::string_view text;
    if (std::move(entry).get(element) != simdjson::SUCCESS) return refuse_json();
    if (!source_.text(element, text)) return refuse_text(element);
    texts_.push_back(text);
  }
  if (tag != Tag::BS) return true;
  blobs_.clear();
  std::vector<std::size_t> ends;
  for (const std::string_view text : texts_) {
    if (!append_from_base64(blobs_, text)) return refuse("is not base64");
    ends.push_back(blobs_.size());
  }
  for (std::size_t i = 0, begin = 0; i < ends.size(); begin = ends[i++])
    texts_[i] = std::string_view(blobs_).substr(begin, ends[i] - begin);
  return true;
}

bool ValueWriter::text_set(Tag tag) {
  if (!order(texts_)) return refuse("is a set with equal members");
  for (std::size_t i = 0; i < texts_.size(); ++i) {
    put_element(bytes_, tag == Tag::SS ? BsonType::text : BsonType::binary, i);
    if (tag == Tag::SS)
      put_text(bytes_, texts_[i]);
    else
      put_binary(bytes_, texts_[i]);
  }
  return true;
}

bool ValueWriter::number_set(Hints hints) {
  numbers_.clear();
  for (const std::string_view text : texts_) {
    const auto number = Number::parse(text);
    if (!number) return refuse_number(text);
    numbers_.push_back(*number);
  }
  if (!order(numbers_)) return refuse("is a set with equal members");
  for (std::size_t i = 0; i < numbers_.size(); ++i) {
    const std::size_t type_at = bytes_.size();
    put_element(bytes_, BsonType::null, i);
    auto type = put_number_as(bytes_, numbers_[i], hints.at(i).own_type());
    if (!type) type = put_number(bytes_, numbers_[i], rules_.options.fractions_as_double);
    bytes_[type_at] = static_cast<char>(*type);
  }
  return true;
}

}  // namespace crossfade::codec
