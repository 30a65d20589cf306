#include "sync/config_links.h"

#include <fmt/core.h>

#include <algorithm>

namespace crossfade::sync {
namespace {

const std::vector<std::string> kTypes = {"SS", "NS", "BS", "N"};

Result<void> read_attributes(const ConfigValue& value, LinkConfig& link) {
  TRY(link.key, value.texts());
  const bool good = link.key.size() <= 1 || (link.key.size() == 2 && link.key[0] != link.key[1]);
  if (!good) return value.wrong("must be the hash attribute, or the hash and the sort attribute");
  return {};
}

Result<void> read_types(const ConfigValue& value, LinkConfig& link) {
  TRY(const std::vector<ConfigField> fields, value.fields());
  for (const ConfigField& field : fields) {
    TRY(const std::size_t type, field.value.one_of(kTypes));
    link.types[field.name] = kTypes[type];
  }
  return {};
}

Result<void> read_canary(const ConfigValue& value, LinkConfig& link) {
  TRY(const std::vector<ConfigField> fields, value.fields());
  for (const ConfigField& field : fields) {
    TRY(link.canary[field.name], field.value.text(false));
  }
  return {};
}

void write_texts(YAML::Emitter& out, const std::map<std::string, std::string>& texts) {
  out << YAML::Flow << YAML::BeginMap;
  for (const auto& [name, text] : texts)
    out << YAML::Key << name << YAML::Value << escape_environment(text);
  out << YAML::EndMap;
}

Result<void> check_link(const ConfigValue& value, const LinkConfig& link) {
  if (!link.forward_synced_field.empty() && link.forward_synced_field == link.reserved) {
    return value.fault(
        fmt::format("{} uses \"{}\" both as forward_synced_field and as reserved field",
                    value.place(), link.reserved));
  }
  const bool named = !link.subject_attribute.empty() && !link.key.empty();
  if (named && std::ranges::find(link.key, link.subject_attribute) == link.key.end()) {
    return value.fault(
        fmt::format("the subject of {} must be one of its key attributes, not \"{}\"",
                    value.place(), link.subject_attribute));
  }
  return {};
}

Result<void> refuse_twice(const ConfigValue& value, const std::vector<LinkConfig>& before,
                          const LinkConfig& link) {
  const auto twice = [&](const char* what, std::string LinkConfig::* member) -> Result<void> {
    const auto first = std::ranges::find(before, link.*member, member);
    if (first == before.end()) return {};
    return value.fault(fmt::format("{} \"{}\" of {} already belongs to links[{}]", what,
                                   link.*member, value.place(), first - before.begin()));
  };
  TRY_VOID(twice("name", &LinkConfig::name));
  TRY_VOID(twice("table", &LinkConfig::table));
  return twice("collection", &LinkConfig::collection);
}

/// A link that begins elsewhere than the others of its group would be moved by nobody.
Result<void> check_group(const ConfigValue& value, const std::vector<LinkConfig>& before,
                         const LinkConfig& link) {
  if (link.group.empty()) return {};
  const auto first = std::ranges::find(before, link.group, &LinkConfig::group);
  if (first == before.end() || first->authority == link.authority) return {};
  return value.fault(
      fmt::format("{} is of group \"{}\" as links[{}] is, but begins with another authority: a "
                  "group moves as one, so give both the same",
                  value.place(), link.group, first - before.begin()));
}

Result<void> read_links(const ConfigValue& value, ConfigDraft& draft) {
  TRY(const std::vector<ConfigValue> values, value.list());
  if (values.empty()) return value.wrong("must hold at least one link");
  for (const ConfigValue& one : values) {
    LinkConfig link = draft.link;
    TRY_VOID(read_section(one, link_keys(), link));
    TRY_VOID(check_link(one, link));
    TRY_VOID(refuse_twice(one, draft.config.links, link));
    TRY_VOID(check_group(one, draft.config.links, link));
    if (link.authority.salt.empty() && link.group.empty()) link.authority.salt = link.name;
    draft.config.links.push_back(std::move(link));
  }
  return {};
}

}  // namespace

ConfigKey<LinkConfig> attributes_key() {
  ConfigKey<LinkConfig> key;
  key.name = "key";
  key.read = read_attributes;
  key.write = [](YAML::Emitter& out, const LinkConfig& link) {
    out << YAML::Flow << YAML::BeginSeq;
    for (const std::string& attribute : link.key) out << escape_environment(attribute);
    out << YAML::EndSeq;
  };
  return key;
}

ConfigKey<LinkConfig> types_key() {
  ConfigKey<LinkConfig> key;
  key.name = "types";
  key.read = read_types;
  key.write = [](YAML::Emitter& out, const LinkConfig& link) { write_texts(out, link.types); };
  return key;
}

ConfigKey<LinkConfig> canary_attributes_key() {
  ConfigKey<LinkConfig> key;
  key.name = "canary";
  key.read = read_canary;
  key.write = [](YAML::Emitter& out, const LinkConfig& link) { write_texts(out, link.canary); };
  return key;
}

ConfigKey<ConfigDraft> links_key() {
  ConfigKey<ConfigDraft> key;
  key.name = "links";
  key.read = read_links;
  key.write = [](YAML::Emitter& out, const ConfigDraft& draft) {
    const ConfigSection<LinkConfig> section = link_keys();
    out << YAML::BeginSeq;
    for (const LinkConfig& link : draft.config.links) write_section(out, section, link);
    out << YAML::EndSeq;
  };
  for (const std::string& path : paths_of(link_keys())) key.inner.push_back(path);
  return key;
}

}  // namespace crossfade::sync
