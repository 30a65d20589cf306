#include "common/state/violation.h"

#include <utility>

#include "common/codec/document.h"

namespace crossfade::state {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;

constexpr std::int32_t kVersion = 2;

void append_image(DocumentBuilder& out, std::string_view name,
                  const std::optional<std::string>& image) {
  if (!image) {
    out.null(name);
  } else {
    out.document(name, *image);
  }
}

void append_outcome(DocumentBuilder& out, std::string_view name,
                    const std::optional<Outcome>& outcome) {
  if (!outcome) {
    out.null(name);
  } else {
    out.text(name, to_string(*outcome));
  }
}

}  // namespace

std::string fields_of(const Violation& violation) {
  DocumentBuilder out;
  out.int32("v", kVersion).text("link", violation.link).text("side", to_string(violation.side));
  out.text("operation", violation.operation);
  if (!violation.key.bson.empty()) out.copy("key", violation.key.bson, "_id");
  append_image(out, "dynamodb", violation.dynamodb);
  append_image(out, "mongodb", violation.mongodb);
  out.date("source_time", violation.source_time_ms).date("at", violation.at_ms);
  append_outcome(out, "outcome", violation.outcome);
  append_outcome(out, "intended", violation.intended);
  append_image(out, "merged", violation.merged);
  return out.finish();
}

std::string in_present_form(std::string stored) {
  if (DocumentView(stored).integer("v").value_or(1) >= kVersion) return stored;
  DocumentBuilder out;
  out.fields_except(stored, "v").int32("v", kVersion);
  return out.text("outcome", to_string(Outcome::restored)).finish();
}

}  // namespace crossfade::state
