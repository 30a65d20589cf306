#pragma once

#include <yaml-cpp/yaml.h>

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace crossfade::sync {

/// deploy/openapi.yaml, as far as the tests need it: JSON Schema's type, required, properties,
/// items, enum, oneOf, allOf and $ref.
class OpenApi {
 public:
  explicit OpenApi(const std::string& file) : document_(YAML::LoadFile(file)) {}

  struct Operation {
    std::string method;  ///< POST
    std::string path;
    auto operator<=>(const Operation&) const = default;
  };
  std::vector<Operation> operations() const;
  /// What is wrong with an answer; empty when it is documented and its body has the documented
  /// form: every required member, every type, and no member that is not described.
  std::string fault(const Operation& operation, int status, const std::string& content_type,
                    const std::string& body) const;

 private:
  YAML::Node resolved(const YAML::Node& node) const;
  std::string mismatch(const YAML::Node& schema, const nlohmann::json& value,
                       const std::string& place) const;
  std::string mismatch_of_object(const YAML::Node& schema, const nlohmann::json& value,
                                 const std::string& place) const;
  void gather(const YAML::Node& schema, std::vector<std::string>& required,
              YAML::Node& properties) const;

  YAML::Node document_;
};

}  // namespace crossfade::sync
