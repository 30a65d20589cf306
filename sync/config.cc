#include "sync/config.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "sync/config_schema.h"

namespace crossfade::sync {
namespace {

constexpr std::size_t kLargestFile = 1U << 20;

Error unreadable(const std::string& file, const std::string& why) {
  return fail(Fault::invalid, fmt::format("cannot read the configuration {}: {}", file, why));
}

Result<std::string> read_file(const std::string& file) {
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) return unreadable(file, std::strerror(errno));
  std::string text(kLargestFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return unreadable(file, std::strerror(errno));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kLargestFile) return unreadable(file, "it is larger than 1 MiB");
  return text;
}

/// Calls `read` with the whole file as one value; it is here that yaml-cpp's exceptions end.
template <class Read>
auto with_yaml(const std::string& text, const ConfigSource& source, const Read& read)
    -> decltype(read(std::declval<const ConfigValue&>())) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() == 1) return read(ConfigValue(documents.front(), "", source));
    const char* what = documents.empty() ? "is empty" : "holds more than one document";
    return fail(Fault::invalid, fmt::format("{}: the configuration {}", source.file, what));
  } catch (const YAML::Exception& exception) {
    const int line = std::max(exception.mark.line, 0) + 1;
    return fail(Fault::invalid,
                fmt::format("{}:{}: not valid YAML: {}", source.file, line, exception.msg));
  }
}

Result<Config> read_config(const ConfigValue& file) {
  ConfigDraft draft;
  TRY_VOID(read_section(file, config_keys(), draft));
  return std::move(draft.config);
}

Result<AdminConfig> read_admin(const ConfigValue& file) {
  AdminConfig admin;
  TRY(const std::vector<ConfigField> fields, file.fields());
  TRY_VOID(file.refuse_unknown(fields, names_of(config_keys())));
  for (const ConfigField& field : fields) {
    if (field.name == "admin") TRY_VOID(read_section(field.value, admin_keys(), admin));
  }
  return admin;
}

}  // namespace

const LinkConfig* Config::link(const std::string& name) const {
  const auto found = std::ranges::find(links, name, &LinkConfig::name);
  return found == links.end() ? nullptr : &*found;
}

std::vector<std::string> Config::group_names() const {
  std::vector<std::string> names;
  for (const LinkConfig& link : links) {
    const bool known = std::ranges::find(names, link.group) != names.end();
    if (!link.group.empty() && !known) names.push_back(link.group);
  }
  return names;
}

GroupConfig Config::group(const std::string& name) const {
  const auto found = std::ranges::find(groups, name, &GroupConfig::name);
  if (found != groups.end()) return *found;
  GroupConfig defaults;
  defaults.name = name;
  return defaults;
}

Result<Config> parse_config(const std::string& text, const std::string& file,
                            const Environment& environment) {
  const ConfigSource source{file, environment};
  return with_yaml(text, source, read_config);
}

Result<Config> load_config(const std::string& file, const Environment& environment) {
  TRY(const std::string text, read_file(file));
  return parse_config(text, file, environment);
}

Result<AdminConfig> load_admin_config(const std::string& file, const Environment& environment) {
  TRY(const std::string text, read_file(file));
  const ConfigSource source{file, environment};
  return with_yaml(text, source, read_admin);
}

std::string describe(const Config& config) {
  YAML::Emitter out;
  ConfigDraft draft;
  draft.config = config;
  write_section(out, config_keys(), draft);
  return std::string(out.c_str()) + "\n";
}

}  // namespace crossfade::sync
