#include "common/dynamo/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::dynamo {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Endpoint, HasASchemeAHostAndAPort) {
  EXPECT_EQ(*parse_endpoint("http://127.0.0.1:8000"), (HttpTarget{false, "127.0.0.1", "8000"}));
  EXPECT_EQ(*parse_endpoint("http://localhost:8000/"), (HttpTarget{false, "localhost", "8000"}));
  EXPECT_EQ(*parse_endpoint("https://dynamodb.us-east-1.amazonaws.com"),
            (HttpTarget{true, "dynamodb.us-east-1.amazonaws.com", "443"}));
  EXPECT_EQ(*parse_endpoint("HTTP://example.org"), (HttpTarget{false, "example.org", "80"}));
  EXPECT_EQ(*parse_endpoint("http://[::1]:8000"), (HttpTarget{false, "::1", "8000"}));
}

TEST(Endpoint, AnythingElseIsRefusedWithAnExample) {
  for (const char* bad : {"", "127.0.0.1:8000", "localhost", "ftp://host", "http://", "http://a b",
                          "http://host:0", "http://host:99999", "http://user@host",
                          "http://host/path", "http://host?query", "https://:443"}) {
    const auto target = parse_endpoint(bad);
    ASSERT_FALSE(target) << bad;
    EXPECT_EQ(target.error().fault, Fault::invalid);
    EXPECT_THAT(target.error().message, HasSubstr("http://127.0.0.1:8000"));
  }
}

TEST(Endpoint, AUrlKeepsItsPath) {
  const auto url = parse_url("http://169.254.170.2/v2/credentials/abc?x=1");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->path, "/v2/credentials/abc?x=1");
  EXPECT_EQ(url->target.port, "80");
  EXPECT_EQ(parse_url("http://169.254.170.2?x=1")->path, "/?x=1");
}

TEST(RequestHead, IsWholeAndNamesTheHost) {
  HttpRequest request;
  request.headers = {{"X-A", "1"}};
  request.body = "12345";
  const auto head = request_head({false, "127.0.0.1", "8000"}, request);
  ASSERT_TRUE(head);
  EXPECT_EQ(*head,
            "POST / HTTP/1.1\r\nX-A: 1\r\nHost: 127.0.0.1:8000\r\nContent-Length: 5\r\n\r\n");
}

TEST(RequestHead, AHostThatIsGivenStays) {
  HttpRequest request;
  request.method = "GET";
  request.headers = {{"HOST", "given"}};
  const auto head = request_head({true, "other", "443"}, request);
  EXPECT_EQ(*head, "GET / HTTP/1.1\r\nHOST: given\r\n\r\n");
}

TEST(RequestHead, TheHostHeaderLeavesOutTheUsualPort) {
  EXPECT_EQ(host_header({true, "example.org", "443"}), "example.org");
  EXPECT_EQ(host_header({false, "example.org", "80"}), "example.org");
  EXPECT_EQ(host_header({false, "example.org", "443"}), "example.org:443");
  EXPECT_EQ(host_header({false, "::1", "8000"}), "[::1]:8000");
}

TEST(RequestHead, LineBreaksInValuesAreRefused) {
  for (const char* bad : {"a\r\nb", "a\nb", "a\x7f"}) {
    HttpRequest request;
    request.headers = {{"X-A", bad}};
    EXPECT_FALSE(request_head({false, "h", "80"}, request));
  }
}

}  // namespace
}  // namespace crossfade::dynamo
