#include "common/codec/rules.h"

namespace crossfade::codec {

Rules::Rules(MappingOptions given)
    : options(std::move(given)),
      names(options.raw_names),
      keys(options.key, names, options.fractions_as_double) {
  for (const auto& [path, type] : options.types)
    if (is_declarable(type)) declared.add(path, type);
  for (const Keys::Attribute& attribute : keys.attributes()) {
    if (attribute.type != KeyType::number) continue;
    Path path;
    path.enter(attribute.name);
    declared.add(path.text(), "N");
  }
}

bool is_declarable(std::string_view type) {
  return type == "SS" || type == "NS" || type == "BS" || type == "N";
}

}  // namespace crossfade::codec
