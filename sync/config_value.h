#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sync/config.h"

namespace crossfade::sync {

/// The file that is being read. Outlives every ConfigValue of it.
struct ConfigSource {
  std::string file;
  const Environment& environment;
};

struct ConfigField;

/// One value of the file, with its place in it. Each reader replaces `${NAME}`, then checks type
/// and range; its error is one sentence that begins with `file:line:` and names the path. The text
/// shown in an error is that of the file, before the environment is put in; of strings nothing is
/// shown.
class ConfigValue {
 public:
  ConfigValue(const YAML::Node& node, std::string path, const ConfigSource& source, int line = 0);

  /// `links[0].table`; empty for the whole file.
  const std::string& path() const { return path_; }
  /// The same for a sentence: `links[0]`, or `the top level`; with `in` or `at` before it.
  std::string place() const;
  std::string in_place() const;
  bool is_map() const { return node_.IsMap(); }
  bool is_null() const { return node_.IsNull(); }

  /// `file:line: <sentence>`
  Error fault(const std::string& sentence) const;
  /// `file:line: "links[0].table" <sentence>`
  Error wrong(const std::string& sentence) const;

  /// Never empty, unless `may_be_empty`.
  Result<std::string> text(bool may_be_empty = false) const;
  Result<bool> flag() const;
  Result<std::int64_t> whole(std::int64_t least, std::int64_t most) const;
  Result<double> real(double least, double most) const;
  Result<Milliseconds> duration(Milliseconds least, Milliseconds most) const;
  Result<std::int64_t> size(std::int64_t least, std::int64_t most) const;
  /// The index of the word in `words`.
  Result<std::size_t> one_of(const std::vector<std::string>& words) const;
  Result<std::vector<std::string>> texts() const;
  Result<std::vector<ConfigValue>> list() const;
  /// Of a map, in the order of the file; a key that stands there twice is an error. An empty value
  /// is an empty map.
  Result<std::vector<ConfigField>> fields() const;
  /// Refuses a field whose name is not among `names`.
  Result<void> refuse_unknown(const std::vector<ConfigField>& fields,
                              const std::vector<std::string>& names) const;

 private:
  Result<std::string> expanded() const;
  Error refused(const std::string& expectation) const;

  YAML::Node node_;
  std::string path_;
  const ConfigSource* source_;
  int line_;  ///< counted from 1
};

struct ConfigField {
  std::string name;
  ConfigValue key;  ///< where the name stands
  ConfigValue value;
};

/// Replaces `${NAME}`; `$${` stands for a literal `${`. The error is the rest of a sentence.
Result<std::string> expand_environment(std::string_view text, const Environment& environment);
/// The text that expands to `text`.
std::string escape_environment(std::string_view text);

}  // namespace crossfade::sync
