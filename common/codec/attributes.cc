#include "common/codec/attributes.h"

#include "common/codec/bson_bytes.h"
#include "common/codec/bson_reader.h"
#include "common/codec/names.h"
#include "common/codec/path.h"
#include "common/codec/rules.h"

namespace crossfade::codec {
namespace {

/// The name of the attribute that a field on top of a document becomes.
class AttributeOfField {
 public:
  explicit AttributeOfField(const Mapper& mapper) : names_(mapper.options().raw_names) {}

  std::string operator()(std::string_view field) const {
    Names::Decoded decoded = names_.decode(field, true);
    return decoded.form == Names::Form::decoded ? std::move(decoded.name) : std::string(field);
  }

 private:
  Names names_;
};

bool is_key(const MappingOptions& options, std::string_view attribute) {
  return attribute == options.key.hash.name ||
         (options.key.sort && attribute == options.key.sort->name);
}

std::string bytes_of(const BsonValue& value) {
  std::string out(1, static_cast<char>(value.type));
  return out.append(value.payload);
}

/// Shows `visit(attribute, path, type)` what the reserved field says about types.
template <class Visit>
void for_each_hint(const BsonValue& reserved, Visit visit) {
  if (reserved.type != BsonType::document) return;
  BsonReader members(reserved.payload);
  while (members.next()) {
    if (members.name() != member::kTypes || members.value().type != BsonType::document) continue;
    BsonReader types(members.value().payload);
    while (types.next()) {
      const auto steps = parse_path(types.name());
      if (steps && types.value().type == BsonType::text)
        visit(steps->front().name, types.name(), types.value());
    }
  }
}

void put_value(std::string& out, std::string_view name, const BsonValue& value) {
  put_element(out, value.type, name);
  out.append(value.payload);
}

/// What a document that is put together takes from another one.
class Overlay {
 public:
  Overlay(const Mapper& mapper, const AttributeNames& names)
      : reserved_(mapper.options().reserved), attribute_(mapper), names_(names) {}

  /// The fields of `document` whose attributes are named, or are not.
  void take(std::string_view document, bool named) {
    BsonReader fields(document);
    while (fields.next()) {
      const std::string_view name = fields.name();
      if (name == reserved_) {
        take_hints(fields.value(), named);
      } else if ((name != "_id" && names_.contains(attribute_(name))) == named) {
        put_value(fields_, name, fields.value());
      }
    }
  }

  std::string finish() const {
    std::string out;
    const std::size_t begin = put_begin(out);
    out += fields_;
    if (!hints_.empty()) {
      put_element(out, BsonType::document, reserved_);
      const std::size_t reserved = put_begin(out);
      put_element(out, BsonType::document, member::kTypes);
      const std::size_t types = put_begin(out);
      out += hints_;
      put_end(out, types);
      put_end(out, reserved);
    }
    put_end(out, begin);
    return out;
  }

 private:
  void take_hints(const BsonValue& reserved, bool named) {
    for_each_hint(reserved,
                  [&](std::string_view attribute, std::string_view path, const BsonValue& type) {
                    if (names_.contains(attribute) == named) put_value(hints_, path, type);
                  });
  }

  std::string reserved_;
  AttributeOfField attribute_;
  const AttributeNames& names_;
  std::string fields_;
  std::string hints_;
};

}  // namespace

Result<Attributes> attributes_of(const Mapper& mapper, const std::optional<std::string>& document) {
  Attributes out;
  if (!document) return out;
  TRY(const std::string neutral, canonical_document(mapper, *document));
  const AttributeOfField attribute(mapper);
  const MappingOptions& options = mapper.options();
  BsonReader fields(neutral);
  while (fields.next()) {
    if (fields.name() == options.reserved) {
      for_each_hint(fields.value(),
                    [&](std::string_view of, std::string_view path, const BsonValue& type) {
                      out[std::string(of)].append(path).push_back('\0');
                      out[std::string(of)] += bytes_of(type);
                    });
      continue;
    }
    const std::string name = attribute(fields.name());
    out[name].insert(0, bytes_of(fields.value()));
  }
  std::erase_if(out, [&](const auto& entry) { return is_key(options, entry.first); });
  return out;
}

AttributeNames differing(const Attributes& one, const Attributes& other) {
  AttributeNames out;
  for (const auto& [name, bytes] : one) {
    const auto there = other.find(name);
    if (there == other.end() || there->second != bytes) out.insert(name);
  }
  for (const auto& [name, bytes] : other)
    if (!one.contains(name)) out.insert(name);
  return out;
}

std::string overlaid(const Mapper& mapper, std::string_view base, std::string_view from,
                     const AttributeNames& names) {
  Overlay out(mapper, names);
  out.take(base, false);
  out.take(from, true);
  return out.finish();
}

}  // namespace crossfade::codec
