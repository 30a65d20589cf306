// Holds deploy/crossfade.example.yaml and the parser against each other.
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "sync/config.h"
#include "sync/config_schema.h"

namespace crossfade::sync {
namespace {

constexpr const char* kExample = CROSSFADE_TEST_DATA "/../../../deploy/crossfade.example.yaml";

std::optional<std::string> variable(const std::string& name) {
  if (name == "CROSSFADE_DYNAMODB_ENDPOINT") return "http://127.0.0.1:8000";
  if (name == "CROSSFADE_MONGODB_URI") return "mongodb://127.0.0.1:27017/?replicaSet=rs0";
  return std::nullopt;
}

void collect(const YAML::Node& node, const std::string& path, std::set<std::string>& paths) {
  if (!path.empty()) paths.insert(path);
  if (node.IsMap()) {
    for (const auto& entry : node) {
      const auto name = entry.first.as<std::string>();
      collect(entry.second, path.empty() ? name : path + "." + name, paths);
    }
  } else if (node.IsSequence()) {
    for (const YAML::Node& element : node) collect(element, path, paths);
  }
}

bool optional_below_a_link(const std::string& path) {
  for (const char* section : {"links.load.", "links.forward.", "links.backward."}) {
    if (path.starts_with(section)) return true;
  }
  return false;
}

/// The example with the keys that are switched off by a "#" without a blank.
std::string with_everything() {
  std::ifstream in(kExample);
  std::stringstream text;
  text << in.rdbuf();
  return std::regex_replace(text.str(), std::regex("\\n( *)#([a-z])"), "\n$1$2");
}

TEST(ConfigExample, IsAccepted) {
  const auto config = load_config(kExample, variable);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->links.size(), 2U);
}

TEST(ConfigExample, IsAcceptedWithEverythingSwitchedOn) {
  const auto config = parse_config(with_everything(), kExample, variable);
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->groups.at(0).name, "shop");
}

TEST(ConfigExample, ShowsEveryKey) {
  std::set<std::string> shown;
  collect(YAML::Load(with_everything()), "", shown);
  for (const std::string& path : known_config_keys()) {
    if (!optional_below_a_link(path)) {
      EXPECT_TRUE(shown.contains(path)) << path << " is not in the example";
    }
  }
}

TEST(ConfigExample, KnowsEveryKeyOfTheSchema) {
  const std::vector<std::string> known = known_config_keys();
  for (const char* path :
       {"data_dir", "dynamodb.request_life", "load.segments", "links.name",
        "links.authority.mongodb.percent", "links.subject.attribute", "links.subject.pattern",
        "control.table", "groups.guards.clean", "groups.hooks.after_flip"}) {
    EXPECT_NE(std::ranges::find(known, path), known.end()) << path;
  }
}

/// The lines of a description, without the links.
std::string head_of(const std::string& description) {
  return description.substr(0, description.find("\nlinks:"));
}

TEST(ConfigExample, ShowsTheDefaults) {
  const auto example = load_config(kExample, variable);
  ASSERT_TRUE(example) << example.error().message;
  Config defaults;
  defaults.dynamodb.region = example->dynamodb.region;
  defaults.dynamodb.endpoint = example->dynamodb.endpoint;
  defaults.mongodb.uri = example->mongodb.uri;
  EXPECT_EQ(head_of(describe(*example)), head_of(describe(defaults)));

  Config link_of_example = *example;
  link_of_example.links.resize(1);
  LinkConfig link;
  link.name = "orders";
  link.table = "Orders";
  link.collection = "shop.orders";
  link.authority.salt = "orders";
  link.key = {"pk", "sk"};
  link.types = {{"tags", "SS"}};
  link.canary = {{"pk", "crossfade-canary"}, {"sk", "first"}};
  defaults.links = {link};
  GroupConfig group;
  group.name = "shop";
  defaults.groups = {group};
  EXPECT_EQ(describe(link_of_example), describe(defaults));
}

}  // namespace
}  // namespace crossfade::sync
