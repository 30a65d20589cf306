#pragma once

#include <fmt/core.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace crossfade {

/// One named value of a log line. Never an item's content, never a secret.
struct Field {
  template <class T>
  Field(std::string_view field_name, const T& field_value)
      : name(field_name), value(fmt::format("{}", field_value)) {}

  std::string_view name;
  std::string value;
};

enum class LogLevel { debug, info, warning, error, off };

/// Writes events with fields, one line each, to standard error: `event=lane_stalled link=orders
/// lane=3`. Handed in by reference to whoever logs. Thread-safe.
class Log {
 public:
  using Fields = std::initializer_list<Field>;

  explicit Log(LogLevel level = LogLevel::info);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view event, Fields fields = {}) { write(LogLevel::debug, event, fields); }
  void info(std::string_view event, Fields fields = {}) { write(LogLevel::info, event, fields); }
  void warning(std::string_view event, Fields fields = {}) {
    write(LogLevel::warning, event, fields);
  }
  void error(std::string_view event, Fields fields = {}) { write(LogLevel::error, event, fields); }

 private:
  void write(LogLevel level, std::string_view event, Fields fields);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crossfade
