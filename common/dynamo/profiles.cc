#include "common/dynamo/profiles.h"

namespace crossfade::dynamo {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::string_view trim(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

/// The profile that a section line opens, nullptr for other sections.
Profile* open_section(ProfileMap& profiles, std::string_view line, bool config_file) {
  constexpr std::string_view kPrefix = "profile ";
  std::string_view name = trim(line.substr(1, line.find(']') - 1));
  if (config_file && name != "default") {
    if (!name.starts_with(kPrefix)) return nullptr;
    name = trim(name.substr(kPrefix.size()));
  }
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  return &profiles[std::string(name)];
}

void read_setting(Profile& profile, std::string_view line) {
  const auto equals = line.find('=');
  if (equals == std::string_view::npos) return;
  profile[std::string(trim(line.substr(0, equals)))] = trim(line.substr(equals + 1));
}

Result<ProfileMap> read_file(const Environment& environment, const std::string& variable,
                             const std::string& usual_name, bool config_file) {
  std::string path = environment.variable(variable);
  const std::string home = environment.variable("HOME");
  if (path.empty()) path = home + "/.aws/" + usual_name;
  if (path.starts_with("~/")) path.replace(0, 1, home);
  auto text = environment.read_file(path);
  if (text) return parse_profiles(*text, config_file);
  if (text.error().fault == Fault::not_found) return ProfileMap();
  return text.error();
}

std::string lookup(const ProfileMap& profiles, const std::string& profile, const std::string& key) {
  const auto found = profiles.find(profile);
  if (found == profiles.end()) return {};
  const auto setting = found->second.find(key);
  return setting == found->second.end() ? std::string() : setting->second;
}

}  // namespace

std::string ProfileFiles::value(const std::string& profile, const std::string& key) const {
  std::string found = lookup(credentials, profile, key);
  return found.empty() ? lookup(config, profile, key) : found;
}

bool ProfileFiles::has(const std::string& profile) const {
  return credentials.contains(profile) || config.contains(profile);
}

ProfileMap parse_profiles(std::string_view text, bool config_file) {
  ProfileMap profiles;
  Profile* current = nullptr;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const bool indented = !line.empty() && kBlanks.find(line.front()) != std::string_view::npos;
    const std::string_view content = trim(line);
    if (content.empty() || indented || content.front() == '#' || content.front() == ';') continue;
    if (content.front() == '[') {
      current = open_section(profiles, content, config_file);
    } else if (current != nullptr) {
      read_setting(*current, content);
    }
  }
  return profiles;
}

Result<ProfileFiles> read_profile_files(const Environment& environment) {
  ProfileFiles files;
  TRY(files.config, read_file(environment, "AWS_CONFIG_FILE", "config", true));
  TRY(files.credentials,
      read_file(environment, "AWS_SHARED_CREDENTIALS_FILE", "credentials", false));
  return files;
}

std::string profile_in_use(const std::string& configured, const Environment& environment) {
  if (!configured.empty()) return configured;
  for (const char* variable : {"AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
    std::string name = environment.variable(variable);
    if (!name.empty()) return name;
  }
  return "default";
}

}  // namespace crossfade::dynamo
