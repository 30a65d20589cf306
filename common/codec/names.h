#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crossfade::codec {

/// Attribute names as field names. MongoDB keeps a dot, a leading `$`, NUL and the top-level `_id`
/// for itself: these become `%2E`, `%24`, `%00` and, as a whole name, `%5Fid`. A `%` becomes `%25`
/// only where it would read as one of these escapes, so `100%` stays as it is. Reversible: no two
/// names become one.
class Names {
 public:
  /// `raw_dots`: dots stay dots (and `%2E` is no escape).
  explicit Names(bool raw_dots) : raw_dots_(raw_dots) {}

  /// The field name, or nothing when the attribute name serves as it is.
  std::optional<std::string> encode(std::string_view attribute, bool top_level) const;

  enum class Form {
    same,     ///< the attribute has the field's name
    decoded,  ///< the attribute's name is the decoded one
    raw,      ///< no attribute name is encoded like this: the field's name stands as it is
  };
  struct Decoded {
    Form form = Form::same;
    std::string name;  ///< filled for `decoded`
  };
  Decoded decode(std::string_view field, bool top_level) const;

 private:
  bool is_escape(std::string_view text) const;
  std::string unescape(std::string_view field) const;

  bool raw_dots_;
};

}  // namespace crossfade::codec
