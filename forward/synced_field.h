#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace crossfade::forward {

/// The visible marker for people and outside tools, `<field>: {link, epoch, at}`. Never used for
/// decisions: a field that is present in a document proves nothing about who wrote it.
std::string with_synced_field(std::string_view document, const std::string& field,
                              const std::string& link, std::int64_t epoch, std::int64_t now_ms);

}  // namespace crossfade::forward
