#include "tests/unit/codec/random_item.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/codec/base64.h"

namespace crossfade::codec::testing {

using nlohmann::json;

json RandomItem::item(bool sort_key) {
  json item = json::object();
  item["pk"] = {{"S", "p" + dice_.text()}};
  if (sort_key) item["sk"] = {{"N", number()}};
  while (left_ > 0) {
    const std::string name = dice_.name();
    json made = value(0);
    if (!item.contains(name) && name != "_crossfade") item[name] = std::move(made);
  }
  return item;
}

json RandomItem::value(int depth) {
  if (left_ > 0) --left_;
  const std::size_t kind = dice_.below(depth < 8 ? 10 : 7);
  if (kind == 0) return {{"S", dice_.text()}};
  if (kind <= 2) return {{"N", number()}};
  if (kind == 3) return {{"B", base64(dice_.bytes())}};
  if (kind == 4) return {{"BOOL", dice_.one_in(2)}};
  if (kind == 5) return {{"NULL", true}};
  if (kind == 6) return set();
  const std::size_t count = dice_.below(std::min<std::size_t>(left_, 5) + 1);
  if (kind == 7) {
    json list = json::array();
    for (std::size_t i = 0; i < count; ++i) list.push_back(value(depth + 1));
    return {{"L", std::move(list)}};
  }
  if (count == 0 && dice_.one_in(2)) return json::object();
  json map = json::object();
  for (std::size_t i = 0; i < count; ++i) map[dice_.name()] = value(depth + 1);
  return {{"M", std::move(map)}};
}

json RandomItem::set() {
  const std::size_t kind = dice_.below(3);
  json members = json::array();
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < 1 + dice_.below(4); ++i) {
    const std::string member = kind == 0   ? dice_.text()
                               : kind == 1 ? number()
                                           : base64(dice_.bytes());
    const std::string value = kind == 1 ? normal_value({{"N", member}})["N"] : json(member);
    if (std::find(seen.begin(), seen.end(), value) != seen.end()) continue;
    seen.push_back(value);
    members.push_back(member);
  }
  return {{kind == 0 ? "SS" : kind == 1 ? "NS" : "BS", std::move(members)}};
}

std::string RandomItem::number() {
  const std::size_t count = dice_.one_in(3) ? 1 + dice_.below(38) : 1 + dice_.below(6);
  const std::string digits = dice_.digits(count);
  const auto span = static_cast<std::int64_t>(dice_.one_in(4) ? 250 : 12);
  auto exponent = static_cast<std::int64_t>(dice_.below(static_cast<std::size_t>(span))) - span / 2;
  exponent = std::clamp<std::int64_t>(exponent, -125, 125 - static_cast<std::int64_t>(count));
  return spelled(digits, dice_.one_in(2) ? 0 : exponent, dice_.one_in(3));
}

std::string RandomItem::spelled(const std::string& digits, std::int64_t exponent, bool negative) {
  std::string text = std::string(dice_.one_in(5) ? dice_.below(3) : 0, '0') + digits;
  if (dice_.one_in(4)) {
    const std::size_t point = dice_.below(text.size() + 1);
    exponent += static_cast<std::int64_t>(text.size() - point);
    text.insert(point, ".");
    if (dice_.one_in(3)) text += "00";
  }
  if (exponent != 0 || dice_.one_in(9))
    text += (dice_.one_in(2) ? "e" : "E") +
            std::string(exponent >= 0 && dice_.one_in(2) ? "+" : "") + std::to_string(exponent);
  return (negative ? "-" : dice_.one_in(9) ? "+" : "") + text;
}

std::string RandomItem::base64(const std::string& bytes) {
  std::string text;
  append_base64(text, bytes);
  return text;
}

json RandomItem::respelled(const json& value) {
  json out = value;
  for (const std::string type : {"NS", "SS", "BS"})
    if (out.contains(type) && out[type].is_array())
      std::reverse(out[type].begin(), out[type].end());
  if (out.contains("N") && out["N"].is_string()) {
    auto text = out["N"].get<std::string>();
    const std::size_t digit = text.find_first_of("0123456789.");
    out["N"] = text.insert(digit, "00");
  }
  for (auto& [name, inner] : out.items())
    if (inner.is_structured()) inner = respelled(inner);
  return out;
}

namespace {

/// `-123e-4`: digits without zeros at either end.
std::string normal_number(std::string text) {
  std::string sign = text[0] == '-' ? "-" : "";
  if (text[0] == '-' || text[0] == '+') text.erase(0, 1);
  std::int64_t exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != text.npos) {
    exponent = std::stoll(text.substr(e + 1));
    text.erase(e);
  }
  if (const std::size_t point = text.find('.'); point != text.npos) {
    exponent -= static_cast<std::int64_t>(text.size() - point - 1);
    text.erase(point, 1);
  }
  text.erase(0, text.find_first_not_of('0'));
  if (text.empty()) return "0";
  while (text.ends_with('0')) {
    text.pop_back();
    ++exponent;
  }
  return sign + text + "e" + std::to_string(exponent);
}

}  // namespace

json normal_value(const json& value) {
  if (value.empty()) return {{"M", json::object()}};
  const std::string type = value.begin().key();
  const json& body = value.begin().value();
  if (type == "N") return {{type, normal_number(body)}};
  if (type == "M") return {{type, normal_item(body)}};
  if (type == "NULL" || type == "S" || type == "B" || type == "BOOL") return value;
  json members = json::array();
  for (const json& member : body) {
    if (type == "L")
      members.push_back(normal_value(member));
    else
      members.push_back(type == "NS" ? json(normal_number(member)) : member);
  }
  if (type != "L") std::sort(members.begin(), members.end());
  return {{type, std::move(members)}};
}

json normal_item(const json& item) {
  json out = json::object();
  for (const auto& [name, value] : item.items()) out[name] = normal_value(value);
  return out;
}

}  // namespace crossfade::codec::testing
