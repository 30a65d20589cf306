#include "sync/config_authority.h"

#include <fmt/core.h>

#include "sync/config_key_kinds.h"

namespace crossfade::sync {
namespace {

using Subjects = std::set<std::string, std::less<>>;

ConfigKey<AuthorityRule> subjects_key(std::string name, Subjects AuthorityRule::* member) {
  ConfigKey<AuthorityRule> key;
  key.name = std::move(name);
  key.read = [member](const ConfigValue& value, AuthorityRule& rule) -> Result<void> {
    TRY(const std::vector<std::string> subjects, value.texts());
    (rule.*member).insert(subjects.begin(), subjects.end());
    return {};
  };
  key.write = [member](YAML::Emitter& out, const AuthorityRule& rule) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const std::string& subject : rule.*member) out << escape_environment(subject);
    out << YAML::EndSeq;
  };
  return key;
}

ConfigSection<AuthorityRule> rule_keys() {
  return {
      value_key(
          "percent", &AuthorityRule::percent,
          [](const ConfigValue& value) { return value.real(0, 100); },
          [](double percent) { return percent; }),
      subjects_key("allow", &AuthorityRule::allow),
      subjects_key("deny", &AuthorityRule::deny),
      text_key("salt", &AuthorityRule::salt),
  };
}

struct Wrapped {
  AuthorityRule mongodb;
};

ConfigSection<Wrapped> wrapped_keys() {
  return {required(section_key("mongodb", &Wrapped::mongodb, rule_keys()))};
}

Result<void> read_rule(const ConfigValue& value, LinkConfig& link) {
  Wrapped wrapped;
  TRY_VOID(read_section(value, wrapped_keys(), wrapped));
  TRY(const std::vector<ConfigField> outer, value.fields());
  TRY(const std::vector<ConfigField> given, outer.front().value.fields());
  if (given.empty()) {
    return value.wrong(
        "must say for whom: give \"percent\", \"allow\" or \"deny\" below \"mongodb\"");
  }
  if (link.subject_attribute.empty()) {
    return value.wrong(
        "decides by subject, so the link also needs \"subject: {attribute: <key attribute>}\"");
  }
  link.authority = std::move(wrapped.mongodb);
  return {};
}

Result<void> read_authority(const ConfigValue& value, LinkConfig& link) {
  if (value.is_map()) return read_rule(value, link);
  TRY(const std::size_t side, value.one_of({"dynamodb", "mongodb"}));
  link.authority.percent = side == 0 ? 0 : 100;
  return {};
}

void write_authority(YAML::Emitter& out, const LinkConfig& link) {
  const AuthorityRule& rule = link.authority;
  const bool default_salt = rule.salt.empty() || (link.group.empty() && rule.salt == link.name);
  const bool plain = rule.allow.empty() && rule.deny.empty() && default_salt;
  if (plain && rule.percent == 0) {
    out << "dynamodb";
  } else if (plain && rule.percent == 100 && link.subject_attribute.empty()) {
    out << "mongodb";
  } else {
    write_section(out, wrapped_keys(), Wrapped{rule});
  }
}

}  // namespace

ConfigKey<LinkConfig> authority_key() {
  ConfigKey<LinkConfig> key;
  key.name = "authority";
  key.inner = paths_of(wrapped_keys());
  key.read = read_authority;
  key.write = write_authority;
  return key;
}

}  // namespace crossfade::sync
