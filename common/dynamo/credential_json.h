#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/dynamo/credentials.h"

namespace crossfade::dynamo {

/// `2026-01-01T00:00:00Z`, with or without a fraction, which is cut; nullopt for anything else.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

/// The JSON document that a container endpoint, the instance's metadata or a credential_process
/// gives: AccessKeyId, SecretAccessKey, Token or SessionToken, Expiration. Fault::credentials when
/// it is none; its content is never quoted.
Result<Credentials> parse_credentials(std::string_view json, std::string source);

}  // namespace crossfade::dynamo
