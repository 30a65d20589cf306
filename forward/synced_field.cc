#include "forward/synced_field.h"

#include "common/codec/document.h"

namespace crossfade::forward {

std::string with_synced_field(std::string_view document, const std::string& field,
                              const std::string& link, std::int64_t epoch, std::int64_t now_ms) {
  codec::DocumentBuilder marker;
  marker.text("link", link).int64("epoch", epoch).date("at", now_ms);
  codec::DocumentBuilder out;
  out.fields_except(document, field).document(field, marker.finish());
  return out.finish();
}

}  // namespace crossfade::forward
