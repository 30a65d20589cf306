#include "common/dynamo/payload.h"

#include <fmt/core.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>

#include "common/dynamo/crypto.h"

namespace crossfade::dynamo {
namespace {

constexpr std::size_t kSpareBytes = 64;
constexpr std::size_t kFirstGuess = 4;  // a DynamoDB page shrinks at least so much
constexpr int kGzipOnly = 16 + MAX_WBITS;

class Inflater {
 public:
  Inflater() { ready_ = ::inflateInit2(&stream_, kGzipOnly) == Z_OK; }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// False when `input` is no gzip stream or holds more than `max_bytes`.
  bool run(std::string& input, std::size_t max_bytes, std::string& output) {
    if (!ready_) return false;
    stream_.next_in = reinterpret_cast<Bytef*>(input.data());
    stream_.avail_in = static_cast<uInt>(input.size());
    std::size_t room = std::min(max_bytes, std::max<std::size_t>(1, input.size() * kFirstGuess));
    for (;;) {
      output.reserve(room + kSpareBytes);
      output.resize(room);
      stream_.next_out = reinterpret_cast<Bytef*>(output.data() + stream_.total_out);
      stream_.avail_out = static_cast<uInt>(room - stream_.total_out);
      const int state = ::inflate(&stream_, Z_FINISH);
      output.resize(stream_.total_out);
      if (state == Z_STREAM_END) return true;
      if (stream_.avail_out != 0 || room == max_bytes) return false;
      room = std::min(max_bytes, room * 2);
    }
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

bool crc_matches(const HttpResponse& response) {
  const std::string_view text = response.header("x-amz-crc32");
  if (text.empty()) return true;
  std::uint32_t expected = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), expected);
  return bad == std::errc() && end == text.data() + text.size() &&
         expected == crc32_of(response.body);
}

}  // namespace

Result<std::string> take_payload(HttpResponse& response, std::size_t max_bytes) {
  if (!crc_matches(response)) {
    return fail(Fault::transient, "An answer of DynamoDB was damaged on its way (x-amz-crc32).");
  }
  if (response.header("content-encoding") != "gzip") return std::move(response.body);
  std::string content;
  if (!Inflater().run(response.body, max_bytes, content)) {
    return fail(Fault::transient, "A compressed answer of DynamoDB cannot be unpacked.");
  }
  return content;
}

}  // namespace crossfade::dynamo
