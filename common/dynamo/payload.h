#pragma once

#include <string>

#include "common/dynamo/http.h"

namespace crossfade::dynamo {

/// The content of an answer: checks x-amz-crc32 over the bytes as received, then inflates a gzip
/// body. Moves an uncompressed body; 64 spare bytes follow in either case. Fault::transient when
/// the checksum or the compression is wrong, or more than `max_bytes` come out.
Result<std::string> take_payload(HttpResponse& response, std::size_t max_bytes);

}  // namespace crossfade::dynamo
