#include "common/mongo/errors.h"

#include <gmock/gmock.h>

namespace crossfade::mongo {
namespace {

using testing::HasSubstr;
using testing::Not;
using Source = Failure::Source;

Failure of(Source source, std::int32_t code, std::string text = "words of the server",
           std::vector<std::string> labels = {}) {
  return {source, code, std::move(text), std::move(labels)};
}

struct Case {
  Failure failure;
  Activity activity;
  Fault fault;
  bool outcome_unknown = false;
};

void check(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    const Error error = classify(each.failure, each.activity);
    SCOPED_TRACE(testing::Message() << "code " << each.failure.code << ": " << error.message);
    EXPECT_EQ(to_string(error.fault), to_string(each.fault));
    EXPECT_EQ(error.outcome_unknown, each.outcome_unknown);
    EXPECT_FALSE(error.message.empty());
    EXPECT_EQ(error.index, -1);
  }
}

TEST(MongoErrors, ServerCodesOfAWrite) {
  check({
      {of(Source::server, 11000), Activity::write, Fault::duplicate_key},
      {of(Source::server, 121), Activity::write, Fault::rejected},
      {of(Source::server, 10334), Activity::write, Fault::rejected},
      {of(Source::server, 17419), Activity::write, Fault::rejected},
      {of(Source::server, 18), Activity::write, Fault::credentials},
      {of(Source::server, 13), Activity::write, Fault::forbidden},
      {of(Source::server, 8000), Activity::write, Fault::forbidden},
      {of(Source::server, 26), Activity::write, Fault::not_found},
      {of(Source::server, 48), Activity::write, Fault::condition_failed},
      {of(Source::server, 462), Activity::write, Fault::throttled},
      {of(Source::server, 59), Activity::write, Fault::invalid},
  });
}

TEST(MongoErrors, AChangeOfThePrimaryLeavesAWriteUnknown) {
  for (const std::int32_t code : {91, 189, 10107, 11600, 11602, 13435, 13436, 64, 89}) {
    check({
        {of(Source::server, code), Activity::write, Fault::transient, true},
        {of(Source::server, code), Activity::read, Fault::transient, false},
    });
  }
  check({{of(Source::server, 1, "x", {"RetryableWriteError"}), Activity::write, Fault::transient,
          true}});
}

TEST(MongoErrors, WhatWasSentMayStandWhatWasNotDoesNot) {
  check({
      {of(Source::network, 0), Activity::write, Fault::transient, true},
      {of(Source::network, 0), Activity::read, Fault::transient, false},
      {of(Source::network, 0), Activity::transaction, Fault::transient, false},
      {of(Source::write_concern, 0), Activity::write, Fault::transient, true},
      {of(Source::selection, 0), Activity::write, Fault::unavailable, false},
      {of(Source::authentication, 0), Activity::write, Fault::credentials, false},
      {of(Source::document, 0), Activity::write, Fault::rejected, false},
      {of(Source::driver, 0), Activity::write, Fault::invalid, false},
  });
}

TEST(MongoErrors, InATransactionNothingStandsBeforeTheCommit) {
  const std::vector<std::string> label{"TransientTransactionError"};
  check({
      {of(Source::server, 112), Activity::transaction, Fault::conflict},
      {of(Source::server, 251), Activity::transaction, Fault::conflict},
      {of(Source::server, 290), Activity::transaction, Fault::conflict},
      {of(Source::server, 189, "x", label), Activity::transaction, Fault::conflict},
      {of(Source::network, 0, "x", label), Activity::transaction, Fault::transient},
      {of(Source::server, 189), Activity::transaction, Fault::transient},
  });
}

TEST(MongoErrors, ACommitIsUnknownUnlessTheServerSaysThatItDidNotHappen) {
  const std::vector<std::string> unknown{"UnknownTransactionCommitResult"};
  check({
      {of(Source::network, 0, "x", unknown), Activity::commit, Fault::transient, true},
      {of(Source::selection, 0, "x", unknown), Activity::commit, Fault::unavailable, true},
      {of(Source::write_concern, 0, "x", unknown), Activity::commit, Fault::transient, true},
      {of(Source::server, 50, "x", unknown), Activity::commit, Fault::transient, true},
      {of(Source::server, 251, "x", {"TransientTransactionError"}), Activity::commit,
       Fault::conflict, false},
  });
}

TEST(MongoErrors, TheFinalFaultsOfAChangeStream) {
  check({
      {of(Source::server, 286), Activity::watch, Fault::history_lost},
      {of(Source::server, 280), Activity::watch, Fault::corrupt},
      {of(Source::server, 10334), Activity::watch, Fault::rejected},
      {of(Source::server, 9), Activity::watch, Fault::corrupt},
      {of(Source::server, 260), Activity::watch, Fault::corrupt},
      {of(Source::server, 43), Activity::watch, Fault::transient},
      {of(Source::server, 40573), Activity::watch, Fault::invalid},
      {of(Source::network, 0), Activity::watch, Fault::transient},
  });
}

TEST(MongoErrors, WhatAChangeStreamMayReopenAfter) {
  EXPECT_TRUE(resumable(of(Source::network, 0)));
  EXPECT_TRUE(resumable(of(Source::selection, 0)));
  EXPECT_TRUE(resumable(of(Source::server, 43)));
  EXPECT_TRUE(resumable(of(Source::server, 189, "x", {"ResumableChangeStreamError"})));
  EXPECT_FALSE(resumable(of(Source::server, 189)));
  EXPECT_FALSE(resumable(of(Source::server, 280)));
  EXPECT_FALSE(resumable(of(Source::server, 286)));
  EXPECT_FALSE(resumable(of(Source::authentication, 0)));
}

TEST(MongoErrors, AStandaloneIsNamedWithItsRemedy) {
  const auto told = [](std::int32_t code, std::string text) {
    return classify(of(Source::server, code, std::move(text)), Activity::transaction).message;
  };
  EXPECT_THAT(told(20, "Transaction numbers are only allowed on a replica set member or mongos"),
              HasSubstr("need a replica set"));
  EXPECT_THAT(told(40573, "The $changeStream stage is only supported on replica sets"),
              HasSubstr("rs.initiate()"));
  EXPECT_THAT(told(20, "something else"), Not(HasSubstr("replica set")));
}

TEST(MongoErrors, AnUnreachableServerIsNamedByItsAddress) {
  const auto told = [](std::string text) {
    return classify(of(Source::selection, 0, std::move(text)), Activity::read).message;
  };
  EXPECT_EQ(told("No suitable servers found: `serverSelectionTimeoutMS` expired: [connection "
                 "refused calling hello on '127.0.0.1:9']"),
            "MongoDB cannot be reached: connection refused calling hello on '127.0.0.1:9'; check "
            "that it runs there, and mongodb.uri");
  EXPECT_THAT(told("No suitable servers found: `serverSelectionTimeoutMS` expired"),
              HasSubstr("replica set of that name"));
}

TEST(MongoErrors, ADeniedCommandIsNotQuoted) {
  const Error error = classify(of(Source::server, 13,
                                  "not authorized on shop to execute command { insert: \"orders\", "
                                  "documents: [ { _id: \"secret\" } ] }"),
                               Activity::write);
  EXPECT_EQ(error.fault, Fault::forbidden);
  EXPECT_EQ(error.message,
            "MongoDB denies the permission (not authorized on shop to execute command): give the "
            "user of mongodb.uri a role that has it");
}

TEST(MongoErrors, TheValuesOfAUniqueIndexStayOutOfTheSentence) {
  const Error error = classify_operation(
      3, 11000,
      "E11000 duplicate key error collection: a.b index: email_1 dup key: { email: \"x\" }",
      Activity::write);
  EXPECT_EQ(error.fault, Fault::duplicate_key);
  EXPECT_EQ(error.index, 3);
  EXPECT_THAT(error.message, HasSubstr("index: email_1"));
  EXPECT_THAT(error.message, Not(HasSubstr("dup key")));
  EXPECT_THAT(error.detail, HasSubstr("dup key"));
}

TEST(MongoErrors, AnUnknownCodeOfOneOperationIsThatDocumentsFault) {
  EXPECT_EQ(classify_operation(0, 52, "a $ field", Activity::write).fault, Fault::rejected);
  EXPECT_EQ(classify_operation(0, 13, "not authorized", Activity::write).fault, Fault::forbidden);
  EXPECT_EQ(classify_operation(0, 112, "conflict", Activity::transaction).fault, Fault::conflict);
  EXPECT_EQ(classify_operation(0, 11600, "shutdown", Activity::write).fault, Fault::transient);
}

TEST(MongoErrors, TheDetailKeepsCodeLabelsAndWords) {
  const Error error =
      classify(of(Source::server, 112, "words.", {"a", "b"}), Activity::transaction);
  EXPECT_EQ(error.detail, "code=112 labels=a,b: words.");
  EXPECT_THAT(error.message, testing::EndsWith(": words"));
}

}  // namespace
}  // namespace crossfade::mongo
