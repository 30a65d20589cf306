#include "common/dynamo/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::dynamo {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr CallSubject kPut{.operation = "PutItem",
                           .resource = "Orders",
                           .place = "us-east-1 at http://127.0.0.1:8000",
                           .stream = false,
                           .item_write = true};
constexpr CallSubject kScan{.operation = "Scan",
                            .resource = "Orders",
                            .place = "us-east-1 at http://127.0.0.1:8000",
                            .stream = false,
                            .item_write = false};
constexpr CallSubject kRecords{.operation = "GetRecords",
                               .resource = "arn:stream",
                               .place = "us-east-1 at http://127.0.0.1:8000",
                               .stream = true,
                               .item_write = false};

HttpResponse answer(int status, const std::string& code, const std::string& message = "said") {
  const std::string type = "com.amazonaws.dynamodb.v20120810#" + code;
  return {status, {}, R"({"__type":")" + type + R"(","message":")" + message + R"("})"};
}

struct Expected {
  int status;
  const char* code;
  Fault fault;
  bool unknown;
};

class Codes : public ::testing::TestWithParam<Expected> {};

TEST_P(Codes, HaveTheirFault) {
  const auto [status, code, fault, unknown] = GetParam();
  const Refusal refusal = classify(kPut, answer(status, code));
  EXPECT_EQ(refusal.error.fault, fault);
  EXPECT_EQ(refusal.error.outcome_unknown, unknown);
  EXPECT_EQ(refusal.code, code);
  EXPECT_FALSE(refusal.error.message.empty());
  EXPECT_EQ(refusal.error.detail, answer(status, code).body);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, Codes,
    ::testing::Values(
        Expected{400, "ProvisionedThroughputExceededException", Fault::throttled, false},
        Expected{400, "ThrottlingException", Fault::throttled, false},
        Expected{400, "ThrottledForSomeNewReason", Fault::invalid, false},
        Expected{400, "ThrottlingOfANewKind", Fault::throttled, false},
        Expected{400, "TooManyRequestsException", Fault::throttled, false},
        Expected{429, "Unheard", Fault::throttled, false},
        Expected{400, "RequestLimitExceeded", Fault::throttled, false},
        Expected{400, "LimitExceededException", Fault::throttled, false},
        Expected{400, "TransactionInProgressException", Fault::throttled, false},
        Expected{500, "InternalServerError", Fault::transient, true},
        Expected{503, "ServiceUnavailable", Fault::transient, true},
        Expected{409, "ReplicatedWriteConflictException", Fault::transient, false},
        Expected{400, "RequestTimeout", Fault::transient, false},
        Expected{400, "TransactionConflictException", Fault::conflict, false},
        Expected{400, "ConditionalCheckFailedException", Fault::condition_failed, false},
        Expected{400, "ItemCollectionSizeLimitExceededException", Fault::rejected, false},
        Expected{400, "ResourceNotFoundException", Fault::not_found, false},
        Expected{400, "ResourceInUseException", Fault::invalid, false},
        Expected{400, "AccessDeniedException", Fault::forbidden, false},
        Expected{400, "UnrecognizedClientException", Fault::credentials, false},
        Expected{400, "MissingAuthenticationTokenException", Fault::credentials, false},
        Expected{400, "IncompleteSignatureException", Fault::credentials, false},
        Expected{400, "InvalidSignatureException", Fault::credentials, false},
        Expected{400, "ExpiredTokenException", Fault::credentials, false},
        Expected{400, "ExpiredIteratorException", Fault::expired_iterator, false},
        Expected{400, "TrimmedDataAccessException", Fault::trimmed, false},
        Expected{400, "SerializationException", Fault::invalid, false},
        Expected{400, "IdempotentParameterMismatchException", Fault::invalid, false}),
    [](const auto& param) { return std::string(param.param.code); });

TEST(Errors, EitherCaseOfTheMessageIsRead) {
  EXPECT_EQ(read_service_error(R"({"__type":"a#B","message":"x"})").message, "x");
  EXPECT_EQ(read_service_error(R"({"__type":"B","Message":"x"})").message, "x");
  EXPECT_EQ(read_service_error(R"({"__type":"a#B"})").code, "B");
}

TEST(Errors, WhatIsNoErrorOfDynamoIsSaidToBeSo) {
  const Refusal refusal = classify(kScan, {404, {}, "<html>not here</html>"});
  EXPECT_EQ(refusal.error.fault, Fault::invalid);
  EXPECT_THAT(refusal.error.message, HasSubstr("check the endpoint"));
  EXPECT_EQ(classify(kScan, {502, {}, "<html>"}).error.fault, Fault::transient);
  EXPECT_EQ(classify(kScan, {400, {}, "[1,2]"}).error.fault, Fault::invalid);
  EXPECT_EQ(classify(kScan, {400, {}, R"({"__type":7,"message":{}})"}).error.fault, Fault::invalid);
}

TEST(Errors, AValidationErrorOfAWriteIsTheItemsOtherwiseOurs) {
  const std::string size = "Item size has exceeded the maximum allowed size";
  EXPECT_EQ(classify(kPut, answer(400, "ValidationException", size)).error.fault, Fault::rejected);
  EXPECT_EQ(classify(kScan, answer(400, "ValidationException", size)).error.fault, Fault::invalid);
  const std::string ours = "Invalid ConditionExpression: Syntax error";
  EXPECT_EQ(classify(kPut, answer(400, "ValidationException", ours)).error.fault, Fault::invalid);
}

HttpResponse cancelled(const std::string& reasons) {
  return {400,
          {},
          R"({"__type":"a#TransactionCanceledException","CancellationReasons":[)" + reasons + "]}"};
}

TEST(Errors, ATransactionIsCancelledForTheGravestReason) {
  const std::string none = R"({"Code":"None"})";
  const std::string conflict = R"(,{"Code":"TransactionConflict"})";
  const std::string throttle = R"(,{"Code":"ThrottlingError"})";
  const std::string failed = R"(,{"Code":"ConditionalCheckFailed","Message":"m"})";
  EXPECT_EQ(classify(kPut, cancelled(none + throttle)).error.fault, Fault::throttled);
  EXPECT_EQ(classify(kPut, cancelled(none + throttle + conflict)).error.fault, Fault::conflict);
  EXPECT_EQ(classify(kPut, cancelled(none + conflict + failed)).error.fault,
            Fault::condition_failed);
  EXPECT_EQ(classify(kPut, cancelled(none + R"(,{"Code":"ValidationError"})")).error.fault,
            Fault::rejected);
  EXPECT_EQ(classify(kPut, cancelled(none)).error.fault, Fault::invalid);
}

TEST(Errors, ThrottlingSaysWhatIsThrottled) {
  const HttpResponse response{
      400,
      {},
      R"({"__type":"a#ThrottlingException","message":"m","throttlingReasons":[
          {"reason":"TableWriteKeyRangeThroughputExceeded","resource":"arn"}]})"};
  EXPECT_THAT(classify(kPut, response).error.message,
              HasSubstr("TableWriteKeyRangeThroughputExceeded"));
}

TEST(Errors, ARefusedClockIsRecognised) {
  const auto skewed = [](const std::string& code, const std::string& message) {
    return classify(kPut, answer(400, code, message)).clock_skew;
  };
  EXPECT_TRUE(skewed("InvalidSignatureException", "Signature expired: 2026 is now earlier than"));
  EXPECT_TRUE(skewed("InvalidSignatureException", "Signature not yet current: 2026 is later than"));
  EXPECT_TRUE(skewed("RequestTimeTooSkewed", "m"));
  EXPECT_FALSE(skewed("InvalidSignatureException", "The request signature does not match"));
  EXPECT_FALSE(skewed("UnrecognizedClientException", "Signature expired"));
}

TEST(Errors, TheHeadersThatAdviseARetryAreRead) {
  HttpResponse response = answer(400, "ThrottlingException");
  response.headers = {{"x-amz-retry-after", "1500"}, {"date", "Thu, 01 Jan 2026 00:00:00 GMT"}};
  const Refusal refusal = classify(kPut, response);
  EXPECT_EQ(refusal.retry_after, Milliseconds(1500));
  EXPECT_EQ(refusal.date, "Thu, 01 Jan 2026 00:00:00 GMT");
  for (const char* bad : {"", "soon", "-5", "1.5"}) {
    response.headers = {{"x-amz-retry-after", bad}};
    EXPECT_EQ(classify(kPut, response).retry_after, std::nullopt) << bad;
  }
}

TEST(Errors, SentencesSayWhatToDo) {
  const auto says = [](const CallSubject& subject, const char* code) {
    return classify(subject, answer(400, code)).error.message;
  };
  EXPECT_THAT(says(kScan, "ResourceNotFoundException"),
              HasSubstr("There is no table Orders in us-east-1 at http://127.0.0.1:8000"));
  EXPECT_THAT(says(kRecords, "ResourceNotFoundException"), HasSubstr("switched off"));
  EXPECT_THAT(says(kScan, "UnrecognizedClientException"), HasSubstr("check the access key"));
  EXPECT_THAT(says(kScan, "AccessDeniedException"), HasSubstr("dynamodb:Scan on Orders"));
  EXPECT_THAT(says(kRecords, "TrimmedDataAccessException"), HasSubstr("24 hours"));
}

}  // namespace
}  // namespace crossfade::dynamo
