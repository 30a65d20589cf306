#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "sync/config_value.h"

namespace crossfade::sync {

/// One key of a section that is kept in an S: how it is read and how it is written again. A section
/// is the list of its keys; everything else (refusing unknown ones, describing, listing for the
/// documentation) follows from that list.
template <class S>
struct ConfigKey {
  std::string name;
  std::function<Result<void>(const ConfigValue&, S&)> read;
  std::function<void(YAML::Emitter&, const S&)> write;  ///< empty: not written
  bool required = false;
  std::vector<std::string> inner;  ///< keys of the section below, `segments`
};

template <class S>
using ConfigSection = std::vector<ConfigKey<S>>;

template <class S>
std::vector<std::string> names_of(const ConfigSection<S>& section) {
  std::vector<std::string> names;
  for (const ConfigKey<S>& key : section) names.push_back(key.name);
  return names;
}

/// Paths of all keys in and below the section: `load`, `load.segments`.
template <class S>
std::vector<std::string> paths_of(const ConfigSection<S>& section) {
  std::vector<std::string> paths;
  for (const ConfigKey<S>& key : section) {
    paths.push_back(key.name);
    for (const std::string& inner : key.inner) paths.push_back(key.name + "." + inner);
  }
  return paths;
}

/// Reads in the order of the section, not of the file: a later key may rely on an earlier one.
template <class S>
Result<void> read_section(const ConfigValue& value, const ConfigSection<S>& section, S& into) {
  TRY(const std::vector<ConfigField> fields, value.fields());
  TRY_VOID(value.refuse_unknown(fields, names_of(section)));
  for (const ConfigKey<S>& key : section) {
    const auto found = std::ranges::find(fields, key.name, &ConfigField::name);
    if (found != fields.end()) {
      TRY_VOID(key.read(found->value, into));
    } else if (key.required) {
      return value.fault("\"" + key.name + "\" is missing " + value.in_place());
    }
  }
  return {};
}

template <class S>
void write_section(YAML::Emitter& out, const ConfigSection<S>& section, const S& from) {
  out << YAML::BeginMap;
  for (const ConfigKey<S>& key : section) {
    if (!key.write) continue;
    out << YAML::Key << key.name << YAML::Value;
    key.write(out, from);
  }
  out << YAML::EndMap;
}

}  // namespace crossfade::sync
