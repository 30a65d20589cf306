#include "tests/unit/sync/openapi_schema.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

namespace crossfade::sync {
namespace {

using nlohmann::json;

bool has_type(const std::string& type, const json& value) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return type == "null" && value.is_null();
}

bool has_one_of(const YAML::Node& types, const json& value) {
  if (types.IsScalar()) return has_type(types.as<std::string>(), value);
  return std::any_of(types.begin(), types.end(), [&](const YAML::Node& type) {
    return has_type(type.as<std::string>(), value);
  });
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

std::vector<OpenApi::Operation> OpenApi::operations() const {
  static const std::set<std::string> kMethods = {"get", "post", "put", "delete", "patch"};
  std::vector<Operation> out;
  for (const auto& path : document_["paths"]) {
    for (const auto& member : path.second) {
      const auto method = member.first.as<std::string>();
      if (kMethods.contains(method)) out.push_back({upper(method), path.first.as<std::string>()});
    }
  }
  return out;
}

std::string OpenApi::fault(const Operation& operation, int status, const std::string& content_type,
                           const std::string& body) const {
  const YAML::Node responses =
      document_["paths"][operation.path][lower(operation.method)]["responses"];
  const YAML::Node response = responses[std::to_string(status)];
  if (!response) return "status " + std::to_string(status) + " is not documented";
  const std::string media = content_type.substr(0, content_type.find(';'));
  const YAML::Node content = resolved(response)["content"][media];
  if (!content) return media + " is not documented";
  if (!media.ends_with("json")) return {};
  const json value = json::parse(body, nullptr, false);
  return value.is_discarded() ? "the body is no JSON" : mismatch(content["schema"], value, "");
}

YAML::Node OpenApi::resolved(const YAML::Node& node) const {
  const YAML::Node reference = node["$ref"];
  if (!reference) return node;
  std::istringstream path(reference.as<std::string>());
  std::string part;
  std::getline(path, part, '/');
  YAML::Node found;
  found.reset(document_);
  while (std::getline(path, part, '/')) found.reset(found[part]);
  return resolved(found);
}

void OpenApi::gather(const YAML::Node& unresolved, std::vector<std::string>& required,
                     YAML::Node& properties) const {
  const YAML::Node schema = resolved(unresolved);
  for (const YAML::Node& part : schema["allOf"]) gather(part, required, properties);
  for (const YAML::Node& name : schema["required"]) required.push_back(name.as<std::string>());
  for (const auto& property : schema["properties"]) {
    properties[property.first.as<std::string>()] = property.second;
  }
}

std::string OpenApi::mismatch_of_object(const YAML::Node& schema, const json& value,
                                        const std::string& place) const {
  std::vector<std::string> required;
  YAML::Node properties(YAML::NodeType::Map);
  gather(schema, required, properties);
  for (const std::string& name : required) {
    if (!value.contains(name)) return place + "." + name + " is missing";
  }
  if (properties.size() == 0) return {};
  for (const auto& member : value.items()) {
    const YAML::Node property = properties[member.key()];
    if (!property) return place + "." + member.key() + " is not documented";
    std::string fault = mismatch(property, member.value(), place + "." + member.key());
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string OpenApi::mismatch(const YAML::Node& unresolved, const json& value,
                              const std::string& place) const {
  const YAML::Node schema = resolved(unresolved);
  if (const YAML::Node choices = schema["oneOf"]) {
    std::string faults;
    for (const YAML::Node& choice : choices) {
      const std::string fault = mismatch(choice, value, place);
      if (fault.empty()) return {};
      faults += (faults.empty() ? "" : ", and ") + fault;
    }
    return faults;
  }
  if (schema["type"] && !has_one_of(schema["type"], value)) {
    return place + " has another type: " + value.dump();
  }
  if (const YAML::Node words = schema["enum"]) {
    const bool known = std::any_of(words.begin(), words.end(), [&](const YAML::Node& word) {
      return value == word.as<std::string>();
    });
    if (!known) return place + " is none of the words: " + value.dump();
  }
  if (value.is_array() && schema["items"]) {
    for (const json& element : value) {
      std::string fault = mismatch(schema["items"], element, place + "[]");
      if (!fault.empty()) return fault;
    }
  }
  return value.is_object() ? mismatch_of_object(schema, value, place) : std::string();
}

}  // namespace crossfade::sync
