#include "backward/item_update.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace crossfade::backward {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostAttributes = 100;

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string joined(const std::string& one, const std::string& other, std::string_view between) {
  return one.empty() || other.empty() ? one + other : one + std::string(between) + other;
}

/// Two JSON objects as one.
std::string merged(const std::string& one, const std::string& other) {
  if (one.size() <= 2 || other.size() <= 2) return one.size() > 2 ? one : other;
  return one.substr(0, one.size() - 1) + "," + other.substr(1);
}

/// Expressions under way.
struct Parts {
  std::string set;
  std::string remove;
  std::string condition;
  Json names = Json::object();
  Json old_values = Json::object();
  Json new_values = Json::object();

  void require(const std::string& test) { condition = joined(condition, test, " AND "); }
};

const Json* member(const Json& item, const std::string& name) {
  const auto found = item.find(name);
  return found == item.end() ? nullptr : &*found;
}

void add_attribute(Parts& parts, const std::string& number, const Json* before, const Json* after) {
  const std::string name = "#a" + number;
  if (before != nullptr) {
    parts.require(fmt::format("{} = :o{}", name, number));
    parts.old_values[":o" + number] = *before;
  } else {
    parts.require(fmt::format("attribute_not_exists({})", name));
  }
  if (after != nullptr) {
    parts.set += fmt::format(",{}=:n{}", name, number);
    parts.new_values[":n" + number] = *after;
  } else if (before != nullptr) {
    parts.remove = joined(parts.remove, name, ",");
  }
}

ItemUpdate finished(Parts parts, const ItemNames& names, const Json* reserved, bool was_there) {
  ItemUpdate out;
  out.was_there = was_there;
  parts.names["#k"] = names.hash;
  const bool compares = !parts.old_values.empty();
  out.as_read = {parts.condition, dumped(parts.names), compares ? dumped(parts.old_values) : ""};
  if (reserved == nullptr) return out;
  out.expression = "SET #x=:x" + parts.set;
  if (!parts.remove.empty()) out.expression += " REMOVE " + parts.remove;
  parts.new_values[":x"] = *reserved;
  out.written = {"", "", dumped(parts.new_values)};
  return out;
}

}  // namespace

dynamo::Condition both(dynamo::Condition one, const dynamo::Condition& other) {
  one.expression = joined(one.expression, other.expression, " AND ");
  one.names_json = merged(one.names_json, other.names_json);
  one.values_json = merged(one.values_json, other.values_json);
  return one;
}

Result<ItemUpdate> item_update(const ItemNames& names, const std::string& read,
                               const std::optional<std::string>& wanted,
                               const std::vector<std::string>& attributes) {
  const Json body = Json::parse(read, nullptr, false);
  const Json after = wanted ? Json::parse(*wanted, nullptr, false) : Json::object();
  if (!body.is_object() || !after.is_object())
    return fail(Fault::rejected, "The item does not read as JSON.");
  if (attributes.size() > kMostAttributes)
    return fail(Fault::rejected, "The item has too many attributes to be compared.");
  const bool there = body.contains("Item");
  const Json before = there ? body["Item"] : Json::object();
  Parts parts;
  parts.require(there ? "attribute_exists(#k)" : "attribute_not_exists(#k)");
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    parts.names["#a" + std::to_string(i)] = attributes[i];
    add_attribute(parts, std::to_string(i), member(before, attributes[i]),
                  member(after, attributes[i]));
  }
  return finished(std::move(parts), names, wanted ? member(after, names.reserved) : nullptr, there);
}

}  // namespace crossfade::backward
