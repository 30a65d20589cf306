#include "common/dynamo/sigv4.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace crossfade::dynamo {
namespace {

using nlohmann::json;

constexpr std::int64_t kNewYear = 1'767'225'600'000;  // 2026-01-01T00:00:00Z

json vectors() {
  std::ifstream file(std::string(CROSSFADE_TEST_DATA) + "/sigv4_vectors.json");
  return json::parse(file);
}

std::string text(const json& one, const char* name) {
  return one.at(name).get<std::string>();
}

Headers headers_of(const json& one) {
  Headers headers;
  for (const auto& [name, value] : one["headers"].items()) headers.emplace_back(name, value);
  return headers;
}

/// What Signer::sign has added when it builds the canonical request.
Headers signed_headers_of(const json& one) {
  Headers headers = headers_of(one);
  headers.emplace_back("X-Amz-Date", text(one, "when"));
  if (text(one, "token") != "") headers.emplace_back("X-Amz-Security-Token", text(one, "token"));
  return headers;
}

std::int64_t wall_ms_of(const std::string& timestamp) {
  std::tm parts{};
  EXPECT_NE(strptime(timestamp.c_str(), "%Y%m%dT%H%M%SZ", &parts), nullptr);
  return std::int64_t{timegm(&parts)} * 1000;
}

TEST(SigV4, AgreesWithBotocoreStepByStep) {
  const json all = vectors();
  ASSERT_GE(all.size(), 13U);
  for (const json& one : all) {
    SCOPED_TRACE(text(one, "name"));
    const sigv4::Scope scope{text(one, "region"), text(one, "service")};
    const std::string when = text(one, "when");
    const std::string canonical =
        sigv4::canonical_request(signed_headers_of(one), text(one, "body"));
    EXPECT_EQ(canonical, text(one, "canonical_request"));
    EXPECT_EQ(sigv4::string_to_sign(when, scope, canonical), text(one, "string_to_sign"));
  }
}

TEST(SigV4, SignerWritesBotocoresAuthorization) {
  for (const json& one : vectors()) {
    SCOPED_TRACE(text(one, "name"));
    Headers headers = headers_of(one);
    Signer signer({text(one, "region"), text(one, "service")});
    signer.sign(headers, text(one, "body"), {text(one, "access_key"), text(one, "secret_key")},
                text(one, "token"), wall_ms_of(text(one, "when")) + 999);
    EXPECT_EQ(headers.back().first, "Authorization");
    EXPECT_EQ(headers.back().second, text(one, "authorization"));
  }
}

TEST(SigV4, PublishedVector) {
  const Headers headers = {{"Content-Type", "application/x-amz-json-1.0"},
                           {"Host", "dynamodb.us-east-1.amazonaws.com"},
                           {"X-Amz-Date", "20260101T000000Z"},
                           {"X-Amz-Target", "DynamoDB_20120810.ListTables"}};
  const std::string canonical = sigv4::canonical_request(headers, "{}");
  EXPECT_EQ(hex(sha256(canonical)),
            "9740c56cb3b954b65d5a091423fce6982ea053c5997edba45869186eea8c7a40");
  const sigv4::Scope scope{"us-east-1", "dynamodb"};
  const Digest key =
      sigv4::signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20260101", scope);
  EXPECT_EQ(sigv4::signature(key, sigv4::string_to_sign("20260101T000000Z", scope, canonical)),
            "0d31a62f24153c6828fdbe50e4639e46eba83b69ab152af67e64f937d4bc6ac7");
}

std::string authorization(Signer& signer, const sigv4::Keys& keys, std::int64_t wall_ms) {
  Headers headers = {{"Host", "dynamodb.us-east-1.amazonaws.com"}};
  signer.sign(headers, "{}", keys, "", wall_ms);
  return headers.back().second;
}

TEST(SigV4, TheKeptKeyFollowsTheDayAndTheSecret) {
  const sigv4::Keys first{"A", "first"};
  const sigv4::Keys second{"A", "second"};
  constexpr std::int64_t kDay = 86'400'000;
  Signer reused({"us-east-1", "dynamodb"});
  for (const auto& [keys, when] :
       {std::pair(first, kNewYear), std::pair(first, kNewYear), std::pair(second, kNewYear),
        std::pair(second, kNewYear + kDay), std::pair(first, kNewYear)}) {
    Signer fresh({"us-east-1", "dynamodb"});
    EXPECT_EQ(authorization(reused, keys, when), authorization(fresh, keys, when));
  }
}

TEST(SigV4, TimestampsAreCutToTheSecond) {
  EXPECT_EQ(sigv4::timestamp(kNewYear), "20260101T000000Z");
  EXPECT_EQ(sigv4::timestamp(kNewYear - 1), "20251231T235959Z");
}

}  // namespace
}  // namespace crossfade::dynamo
