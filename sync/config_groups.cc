#include "sync/config_groups.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "sync/config_key_kinds.h"
#include "sync/config_rules.h"
#include "sync/nearest_name.h"

namespace crossfade::sync {
namespace {

using rollout::GuardLimits;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;

constexpr std::int64_t kMostCounted = 1'000'000'000;
constexpr double kHour = 3'600'000;

const std::vector<std::string> kTransitions = {"before_fence", "before_journal", "after_flip",
                                               "after_undo", "after_complete"};

ConfigKey<GuardLimits> lag_key() {
  return value_key(
      "lag", &GuardLimits::lag_ms,
      [](const ConfigValue& value) -> Result<std::int64_t> {
        TRY(const Milliseconds lag, value.duration(milliseconds(100), hours(1)));
        return lag.count();
      },
      [](std::int64_t lag_ms) { return format_duration(Milliseconds(lag_ms)); });
}

ConfigKey<GuardLimits> hours_key(std::string name, double GuardLimits::* member,
                                 Milliseconds most) {
  return value_key(
      std::move(name), member,
      [most](const ConfigValue& value) -> Result<double> {
        TRY(const Milliseconds duration, value.duration(Milliseconds(0), most));
        return static_cast<double>(duration.count()) / kHour;
      },
      [](double in_hours) {
        return format_duration(Milliseconds(std::llround(in_hours * kHour)));
      });
}

ConfigSection<GuardLimits> guard_keys() {
  return {
      lag_key(),
      whole_key("dead_letters", &GuardLimits::dead_letters, 0, kMostCounted),
      whole_key("violations", &GuardLimits::violations, 0, kMostCounted),
      whole_key("irreversible", &GuardLimits::irreversible, 0, kMostCounted),
      hours_key("stream_headroom", &GuardLimits::stream_headroom_hours, hours(24)),
      hours_key("oplog_headroom", &GuardLimits::oplog_headroom_hours, days(365)),
      value_key(
          "log_free", &GuardLimits::log_free_fraction,
          [](const ConfigValue& value) { return value.real(0, 1); },
          [](double fraction) { return fraction; }),
      hours_key("clean", &GuardLimits::clean_hours, days(365)),
      hours_key("verified", &GuardLimits::verified_hours, days(365)),
  };
}

Result<void> read_hooks(const ConfigValue& value, GroupConfig& group) {
  TRY(const std::vector<ConfigField> fields, value.fields());
  TRY_VOID(value.refuse_unknown(fields, kTransitions));
  for (const ConfigField& field : fields) {
    TRY(std::string program, field.value.text(true));
    if (program.empty()) continue;
    if (program.front() != '/') return field.value.wrong("must be the absolute path of a program");
    group.hooks[field.name] = std::move(program);
  }
  return {};
}

ConfigKey<GroupConfig> hooks_key() {
  ConfigKey<GroupConfig> key;
  key.name = "hooks";
  key.inner = kTransitions;
  key.read = read_hooks;
  key.write = [](YAML::Emitter& out, const GroupConfig& group) {
    out << YAML::BeginMap;
    for (const std::string& transition : kTransitions) {
      const auto found = group.hooks.find(transition);
      out << YAML::Key << transition << YAML::Value
          << (found == group.hooks.end() ? "" : escape_environment(found->second));
    }
    out << YAML::EndMap;
  };
  return key;
}

ConfigSection<GroupConfig> group_keys() {
  return {
      required(checked(text_key("name", &GroupConfig::name, false), &GroupConfig::name,
                       link_name_fault)),
      section_key("guards", &GroupConfig::guards, guard_keys()),
      hooks_key(),
      duration_key("hook_timeout", &GroupConfig::hook_timeout, milliseconds(100), hours(1)),
  };
}

Result<void> check_group(const ConfigValue& value, const GroupConfig& group, const Config& config) {
  const auto first = std::ranges::find(config.groups, group.name, &GroupConfig::name);
  if (first != config.groups.end()) {
    return value.fault(fmt::format("name \"{}\" of {} already belongs to groups[{}]", group.name,
                                   value.place(), first - config.groups.begin()));
  }
  const std::vector<std::string> names = config.group_names();
  if (names.empty()) {
    return value.fault(fmt::format("no link is of group \"{}\"; give the links of it \"group: {}\"",
                                   group.name, group.name));
  }
  if (std::ranges::find(names, group.name) == names.end()) {
    return value.fault(
        fmt::format("no link is of group \"{}\"; {}", group.name, suggestion(group.name, names)));
  }
  return {};
}

Result<void> read_groups(const ConfigValue& value, ConfigDraft& draft) {
  TRY(const std::vector<ConfigValue> values, value.list());
  for (const ConfigValue& one : values) {
    GroupConfig group;
    TRY_VOID(read_section(one, group_keys(), group));
    TRY_VOID(check_group(one, group, draft.config));
    draft.config.groups.push_back(std::move(group));
  }
  return {};
}

}  // namespace

ConfigKey<ConfigDraft> groups_key() {
  ConfigKey<ConfigDraft> key;
  key.name = "groups";
  key.inner = paths_of(group_keys());
  key.read = read_groups;
  key.write = [](YAML::Emitter& out, const ConfigDraft& draft) {
    const ConfigSection<GroupConfig> section = group_keys();
    out << YAML::BeginSeq;
    for (const GroupConfig& group : draft.config.groups) write_section(out, section, group);
    out << YAML::EndSeq;
  };
  return key;
}

}  // namespace crossfade::sync
