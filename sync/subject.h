#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/codec/mapping.h"

namespace re2 {
class RE2;
}

namespace crossfade::sync {

/// How a key of a link yields its subject: the text of one key attribute, or what the one group of
/// a pattern catches when it matches that text as a whole. Immutable, cheap to copy, thread-safe.
class Subject {
 public:
  /// No key has a subject.
  Subject() = default;
  /// An empty attribute: none has. An empty pattern: the text as it is. The pattern is one that
  /// subject_pattern_fault() accepts; with any other no key has a subject.
  Subject(std::string attribute, const std::string& pattern);

  std::optional<std::string> of(const codec::Mapper& mapper, const Key& key) const;

 private:
  std::string attribute_;
  std::shared_ptr<const re2::RE2> pattern_;
};

/// Why this cannot be a subject's pattern (RE2 syntax): the rest of a sentence, or nothing.
std::string subject_pattern_fault(const std::string& pattern);

}  // namespace crossfade::sync
