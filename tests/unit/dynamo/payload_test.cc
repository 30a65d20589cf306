#include "common/dynamo/payload.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <zlib.h>

#include "common/dynamo/crypto.h"

namespace crossfade::dynamo {
namespace {

constexpr std::size_t kMax = 1U << 20;

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in = text;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

HttpResponse with_crc(std::string body) {
  const std::string crc = std::to_string(crc32_of(body));
  return {200, {{"x-amz-crc32", crc}}, std::move(body)};
}

TEST(Payload, TheKnownChecksumOfTheEmptyObject) {
  EXPECT_EQ(crc32_of("{}"), 2745614147U);
}

TEST(Payload, ABodyWithItsChecksumIsMoved) {
  HttpResponse response = with_crc(std::string(1000, 'x'));
  const char* place = response.body.data();
  const auto content = take_payload(response, kMax);
  ASSERT_TRUE(content);
  EXPECT_EQ(*content, std::string(1000, 'x'));
  EXPECT_EQ(content->data(), place);
}

TEST(Payload, NoChecksumNoCheck) {
  HttpResponse response{200, {}, "{}"};
  EXPECT_EQ(*take_payload(response, kMax), "{}");
}

TEST(Payload, ADamagedBodyIsTransient) {
  HttpResponse response = with_crc("{}");
  response.body = "{]";
  const auto content = take_payload(response, kMax);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().fault, Fault::transient);
  HttpResponse odd{200, {{"x-amz-crc32", "no number"}}, "{}"};
  EXPECT_FALSE(take_payload(odd, kMax));
}

TEST(Payload, TheChecksumOfAGzipBodyIsThatOfTheCompressedBytes) {
  const std::string text(500'000, 'y');
  HttpResponse response = with_crc(gzip(text));
  response.headers.emplace_back("content-encoding", "gzip");
  const auto content = take_payload(response, kMax);
  ASSERT_TRUE(content);
  EXPECT_EQ(*content, text);
  EXPECT_GE(content->capacity(), content->size() + 64);
}

TEST(Payload, BrokenOrHugeGzipIsRefused) {
  HttpResponse cut{200, {{"content-encoding", "gzip"}}, gzip(std::string(5'000, 'z'))};
  cut.body.resize(cut.body.size() / 2);
  EXPECT_FALSE(take_payload(cut, kMax));
  HttpResponse none{200, {{"content-encoding", "gzip"}}, "plain"};
  EXPECT_FALSE(take_payload(none, kMax));
  HttpResponse bomb{200, {{"content-encoding", "gzip"}}, gzip(std::string(kMax + 1, 'z'))};
  EXPECT_FALSE(take_payload(bomb, kMax));
  HttpResponse full{200, {{"content-encoding", "gzip"}}, gzip(std::string(kMax, 'z'))};
  EXPECT_TRUE(take_payload(full, kMax));
}

RC_GTEST_PROP(PayloadProperty, GzipComesBack, (const std::string& text)) {
  HttpResponse response = with_crc(gzip(text));
  response.headers.emplace_back("content-encoding", "gzip");
  const auto content = take_payload(response, kMax);
  RC_ASSERT(content.has_value());
  RC_ASSERT(*content == text);
}

}  // namespace
}  // namespace crossfade::dynamo
