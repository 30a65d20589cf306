// deploy/clients/vectors.json, written by the Python package: both decide alike.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "router/rules.h"
#include "router/xxh64.h"

namespace crossfade {
namespace {

using nlohmann::json;
using Subjects = std::set<std::string, std::less<>>;

const json& vectors() {
  static const json kRead = [] {
    std::ifstream file(CROSSFADE_TEST_DATA "/../../../deploy/clients/vectors.json");
    return json::parse(file);
  }();
  return kRead;
}

Subjects subjects_of(const json& listed, Subjects base) {
  if (listed.is_array()) return listed.get<Subjects>();
  for (const json& subject : listed.at("remove")) base.erase(subject.get<std::string>());
  for (const json& subject : listed.at("add")) base.insert(subject.get<std::string>());
  return base;
}

AuthorityRule rule_of(const json& document, const AuthorityRule& base) {
  AuthorityRule rule = base;
  rule.percent = document.at("percent").get<double>();
  rule.allow = subjects_of(document.at("allow"), base.allow);
  rule.deny = subjects_of(document.at("deny"), base.deny);
  return rule;
}

RuleSet rules_of(const json& document) {
  AuthorityRule base;
  base.salt = document.at("salt").get<std::string>();
  RuleSet rules;
  rules.rule = rule_of(document.at("rule"), base);
  if (document.contains("next")) rules.next = rule_of(document.at("next"), rules.rule);
  return rules;
}

TEST(Vectors, Hashes) {
  const json& hashes = vectors().at("hashes");
  ASSERT_GE(hashes.size(), 30U);
  for (const json& each : hashes) {
    EXPECT_EQ(xxh64(each.at("text").get<std::string>()),
              std::stoull(each.at("xxh64").get<std::string>(), nullptr, 16))
        << each;
  }
}

TEST(Vectors, Decisions) {
  int cases = 0;
  for (const json& set : vectors().at("sets")) {
    const RuleSet rules = rules_of(set.at("rules"));
    for (const json& each : set.at("cases")) {
      std::optional<std::string> subject;
      if (!each.at("subject").is_null()) subject = each.at("subject").get<std::string>();
      if (subject) {
        const std::string salted = rules.rule.salt + '\0' + *subject;
        EXPECT_EQ(xxh64(salted) % 10'000, each.at("bucket").get<std::uint64_t>()) << each;
      }
      const Decision decision = rules.decide(subject);
      EXPECT_EQ(to_string(decision.side), each.at("side").get<std::string>()) << each;
      EXPECT_EQ(decision.fenced, each.at("fenced").get<bool>()) << each << set.at("rules");
      ++cases;
    }
  }
  EXPECT_GE(cases, 500);
}

}  // namespace
}  // namespace crossfade
