#include "sync/config_subject.h"

#include "sync/config_key_kinds.h"
#include "sync/subject.h"

namespace crossfade::sync {
namespace {

struct SubjectConfig {
  std::string attribute;
  std::string pattern;
};

ConfigSection<SubjectConfig> subject_keys() {
  return {
      required(text_key("attribute", &SubjectConfig::attribute, false)),
      checked(text_key("pattern", &SubjectConfig::pattern), &SubjectConfig::pattern,
              subject_pattern_fault),
  };
}

Result<void> read_subject(const ConfigValue& value, LinkConfig& link) {
  if (value.is_null()) return {};
  SubjectConfig subject;
  TRY_VOID(read_section(value, subject_keys(), subject));
  link.subject_attribute = std::move(subject.attribute);
  link.subject_pattern = std::move(subject.pattern);
  return {};
}

void write_subject(YAML::Emitter& out, const LinkConfig& link) {
  if (link.subject_attribute.empty()) {
    out << YAML::Null;
    return;
  }
  write_section(out, subject_keys(), SubjectConfig{link.subject_attribute, link.subject_pattern});
}

}  // namespace

ConfigKey<LinkConfig> subject_key() {
  ConfigKey<LinkConfig> key;
  key.name = "subject";
  key.inner = paths_of(subject_keys());
  key.read = read_subject;
  key.write = write_subject;
  return key;
}

}  // namespace crossfade::sync
