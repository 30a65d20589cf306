#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace crossfade::sync {

/// Reads the members of a JSON object that somebody sent. Each reader leaves its target alone when
/// the member is absent; what is wrong is remembered and told once, at the end: a member of another
/// type, out of range, or that nobody read.
class RequestBody {
 public:
  /// No body at all is an empty object.
  explicit RequestBody(std::string_view text);
  ~RequestBody();

  void text(const char* name, std::string& into, std::size_t most_bytes);
  /// A text that must not be empty.
  void required_text(const char* name, std::string& into, std::size_t most_bytes);
  void texts(const char* name, std::vector<std::string>& into, std::size_t most_bytes);
  void flag(const char* name, bool& into);
  void whole(const char* name, std::int64_t& into, std::int64_t least, std::int64_t most);
  void percentage(const char* name, std::optional<double>& into);
  /// The index of the word.
  void word(const char* name, std::size_t& into, const std::vector<std::string>& words);
  /// The elements of an array of objects, each as a text.
  void objects(const char* name, std::vector<std::string>& into, std::size_t most);
  bool has(const char* name) const;

  /// Adds a fault of the whole, if there is none yet.
  void refuse(std::string sentence);
  /// Fault::invalid with the first sentence, when something was wrong.
  Result<void> end();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade::sync
