#include "sync/subject.h"

#include <fmt/core.h>
#include <re2/re2.h>

namespace crossfade::sync {
namespace {

re2::RE2::Options options() {
  re2::RE2::Options out;
  out.set_log_errors(false);
  return out;
}

}  // namespace

Subject::Subject(std::string attribute, const std::string& pattern)
    : attribute_(std::move(attribute)) {
  if (!pattern.empty()) pattern_ = std::make_shared<const re2::RE2>(pattern, options());
}

std::optional<std::string> Subject::of(const codec::Mapper& mapper, const Key& key) const {
  if (attribute_.empty()) return std::nullopt;
  std::optional<std::string> text = mapper.subject_of(key, attribute_);
  if (!text || !pattern_) return text;
  std::string subject;
  if (!re2::RE2::FullMatch(*text, *pattern_, &subject)) return std::nullopt;
  return subject;
}

std::string subject_pattern_fault(const std::string& pattern) {
  if (pattern.empty()) return {};
  const re2::RE2 compiled(pattern, options());
  if (!compiled.ok()) return fmt::format("is no regular expression (RE2): {}", compiled.error());
  const int groups = compiled.NumberOfCapturingGroups();
  if (groups == 1) return {};
  return fmt::format(
      "must have exactly one group, which is the subject, as in \"USER#(.*)\"; this one has {}",
      groups);
}

}  // namespace crossfade::sync
