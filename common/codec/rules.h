#pragma once

#include "common/codec/hints.h"
#include "common/codec/keys.h"
#include "common/codec/mapping.h"
#include "common/codec/names.h"

namespace crossfade::codec {

/// The mapping rules of one link, ready for use. Immutable.
struct Rules {
  explicit Rules(MappingOptions given);

  MappingOptions options;
  Names names;
  Keys keys;
  HintTree declared;  ///< the options' `types`, and N for number keys
};

/// Deepest place of a list or map, counted in containers around it with the item as the first.
constexpr std::size_t kDeepestContainer = 31;
constexpr std::size_t kMostItemBytes = 409'600;
constexpr std::size_t kMostNameBytes = 65'535;

/// Hint of a key attribute that the document has only in its `_id`.
constexpr std::string_view kAbsent = "absent";

/// Members of the reserved attribute and field.
namespace member {
constexpr std::string_view kToken = "w";
constexpr std::string_view kTypes = "t";
constexpr std::string_view kRawNames = "n";
constexpr std::string_view kForeignId = "i";
}  // namespace member

}  // namespace crossfade::codec
