#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace crossfade::dynamo {

using Digest = std::array<std::uint8_t, 32>;

/// SHA-256 and HMAC-SHA256 of OpenSSL. Pure, thread-safe, cannot fail.
Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::span<const std::uint8_t> key, std::string_view message);

/// Lower-case hexadecimal.
std::string hex(std::span<const std::uint8_t> bytes);

/// CRC-32 of zlib, as in x-amz-crc32.
std::uint32_t crc32_of(std::string_view bytes);

}  // namespace crossfade::dynamo
