#include "sync/config_value.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "sync/config_units.h"
#include "sync/nearest_name.h"

namespace crossfade::sync {
namespace {

template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [stopped, fault] = std::from_chars(text.data(), end, number);
  if (fault != std::errc{} || stopped != end) return std::nullopt;
  return number;
}

}  // namespace

ConfigValue::ConfigValue(const YAML::Node& node, std::string path, const ConfigSource& source,
                         int line)
    : node_(node),
      path_(std::move(path)),
      source_(&source),
      line_(line > 0 ? line : std::max(node_.Mark().line, 0) + 1) {}

std::string ConfigValue::place() const {
  return path_.empty() ? "the top level" : path_;
}

std::string ConfigValue::in_place() const {
  return (path_.empty() ? "at " : "in ") + place();
}

Error ConfigValue::fault(const std::string& sentence) const {
  return fail(Fault::invalid, fmt::format("{}:{}: {}", source_->file, line_, sentence));
}

Error ConfigValue::wrong(const std::string& sentence) const {
  return fault(fmt::format("\"{}\" {}", path_, sentence));
}

Error ConfigValue::refused(const std::string& expectation) const {
  return wrong(fmt::format("must be {}, not \"{}\"", expectation, node_.Scalar()));
}

Result<std::string> ConfigValue::expanded() const {
  if (node_.IsNull()) return wrong("has no value");
  if (!node_.IsScalar()) {
    return wrong(fmt::format("must be a single value, not a {}", node_.IsMap() ? "map" : "list"));
  }
  auto text = expand_environment(node_.Scalar(), source_->environment);
  if (!text) return wrong(text.error().message);
  return text;
}

Result<std::string> ConfigValue::text(bool may_be_empty) const {
  TRY(std::string value, expanded());
  if (value.empty() && !may_be_empty) return wrong("must not be empty");
  return value;
}

Result<bool> ConfigValue::flag() const {
  TRY(const std::string value, expanded());
  if (value == "true") return true;
  if (value == "false") return false;
  return refused("true or false");
}

Result<std::int64_t> ConfigValue::whole(std::int64_t least, std::int64_t most) const {
  TRY(const std::string value, expanded());
  const auto number = number_of<std::int64_t>(value);
  if (number && *number >= least && *number <= most) return *number;
  return refused(fmt::format("a whole number from {} to {}", least, most));
}

Result<double> ConfigValue::real(double least, double most) const {
  TRY(const std::string value, expanded());
  const auto number = number_of<double>(value);
  if (number && *number >= least && *number <= most) return *number;
  return refused(fmt::format("a number from {} to {}", least, most));
}

Result<Milliseconds> ConfigValue::duration(Milliseconds least, Milliseconds most) const {
  TRY(const std::string value, expanded());
  const auto duration = parse_duration(value);
  if (duration && *duration >= least && *duration <= most) return *duration;
  return refused(
      fmt::format("a duration from {} to {}", format_duration(least), format_duration(most)));
}

Result<std::int64_t> ConfigValue::size(std::int64_t least, std::int64_t most) const {
  TRY(const std::string value, expanded());
  const auto bytes = parse_size(value);
  if (bytes && *bytes >= least && *bytes <= most) return *bytes;
  return refused(fmt::format("a size from {} to {}", format_size(least), format_size(most)));
}

Result<std::size_t> ConfigValue::one_of(const std::vector<std::string>& words) const {
  TRY(const std::string value, expanded());
  const auto found = std::ranges::find(words, value);
  if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
  std::string all;
  for (const std::string& word : words) {
    const char* glue = all.empty() ? "" : (&word == &words.back() ? " or " : ", ");
    all.append(glue).append(word);
  }
  return refused(all);
}

Result<std::vector<std::string>> ConfigValue::texts() const {
  TRY(const std::vector<ConfigValue> values, list());
  std::vector<std::string> all;
  for (const ConfigValue& value : values) {
    TRY(std::string one, value.text());
    all.push_back(std::move(one));
  }
  return all;
}

Result<std::vector<ConfigValue>> ConfigValue::list() const {
  if (!node_.IsSequence()) return wrong("must be a list");
  std::vector<ConfigValue> values;
  for (const YAML::Node& node : node_) {
    values.emplace_back(node, fmt::format("{}[{}]", path_, values.size()), *source_);
  }
  return values;
}

Result<std::vector<ConfigField>> ConfigValue::fields() const {
  if (node_.IsNull()) return std::vector<ConfigField>();
  if (!node_.IsMap()) return fault(fmt::format("{} must be a map of keys and values", place()));
  std::vector<ConfigField> fields;
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) {
      return ConfigValue(entry.first, path_, *source_)
          .fault(fmt::format("a key {} is not a word", in_place()));
    }
    const std::string& name = entry.first.Scalar();
    ConfigValue key(entry.first, path_, *source_);
    if (std::ranges::find(fields, name, &ConfigField::name) != fields.end()) {
      return key.fault(fmt::format("key \"{}\" stands twice {}", name, in_place()));
    }
    const int line = entry.second.IsNull() ? key.line_ : 0;
    ConfigValue value(entry.second, path_.empty() ? name : path_ + "." + name, *source_, line);
    fields.push_back({name, std::move(key), std::move(value)});
  }
  return fields;
}

Result<void> ConfigValue::refuse_unknown(const std::vector<ConfigField>& fields,
                                         const std::vector<std::string>& names) const {
  for (const ConfigField& field : fields) {
    if (std::ranges::find(names, field.name) != names.end()) continue;
    return field.key.fault(fmt::format("unknown key \"{}\" {}; {}", field.name, in_place(),
                                       suggestion(field.name, names)));
  }
  return {};
}

}  // namespace crossfade::sync
