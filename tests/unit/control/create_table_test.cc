// `crossfade init`: making the control table, or saying how to make it by hand.
#include <nlohmann/json.hpp>

#include "tests/unit/control/table_fixture.h"

namespace crossfade::control {
namespace {

using ::testing::HasSubstr;

constexpr const char* kCommand =
    "aws dynamodb create-table --region eu-west-1 --table-name ctl --attribute-definitions "
    "AttributeName=pk,AttributeType=S AttributeName=sk,AttributeType=S --key-schema "
    "AttributeName=pk,KeyType=HASH AttributeName=sk,KeyType=RANGE --billing-mode PAY_PER_REQUEST";

Reply table_with(const std::string& status, const std::string& sort_type = "S") {
  json table = json::parse(R"({"TableName": "ctl",
      "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                               {"AttributeName": "sk", "AttributeType": "S"}],
      "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"}]})");
  table["TableStatus"] = status;
  table["AttributeDefinitions"][1]["AttributeType"] = sort_type;
  return answer({{"Table", table}});
}

Reply absent() {
  return refusal("ResourceNotFoundException");
}

class CreateTable : public TableTest {
 protected:
  Result<bool> create() { return run(table.create()); }
};

TEST_F(CreateTable, CreatesOnDemandAndWaits) {
  server.serve(
      {absent(), answer(json::object()), absent(), table_with("CREATING"), table_with("ACTIVE")});
  const auto created = create();
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_TRUE(*created);
  EXPECT_EQ(count(), 5U);
  EXPECT_EQ(operation(1), "CreateTable");
  EXPECT_EQ(sent(1), json::parse(R"({"TableName": "ctl", "BillingMode": "PAY_PER_REQUEST",
      "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                               {"AttributeName": "sk", "AttributeType": "S"}],
      "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"}]})"));
}

TEST_F(CreateTable, WhatIsThereIsLeftAlone) {
  server.serve({table_with("ACTIVE")});
  const auto created = create();
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_FALSE(*created);
  for (std::size_t i = 0; i < count(); ++i) EXPECT_EQ(operation(i), "DescribeTable");
}

TEST_F(CreateTable, AnotherProcessThatCreatesItIsWaitedFor) {
  server.serve({absent(), refusal("ResourceInUseException"), table_with("ACTIVE")});
  const auto created = create();
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_FALSE(*created);
}

TEST_F(CreateTable, OtherKeysAreRefused) {
  server.serve({table_with("ACTIVE", "N")});
  for (const Error& error : {create().error(), run(table.check()).error()}) {
    EXPECT_EQ(error.fault, Fault::invalid);
    EXPECT_EQ(error.message,
              "The table ctl is no control table: its keys are not pk and sk, both of type S. Give "
              "another name as control.table.");
  }
}

TEST_F(CreateTable, WithoutThePermissionTheCommandIsPrinted) {
  server.serve({absent(), refusal("AccessDeniedException")});
  const auto created = create();
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().fault, Fault::forbidden);
  EXPECT_THAT(created.error().message, HasSubstr("dynamodb:CreateTable on ctl"));
  EXPECT_THAT(created.error().message, HasSubstr(kCommand));
}

TEST_F(CreateTable, TheCommandLeavesOutARegionThatIsNotKnown) {
  EXPECT_EQ(create_table_command("ctl", "eu-west-1"), kCommand);
  EXPECT_THAT(create_table_command("ctl", ""),
              HasSubstr("aws dynamodb create-table --table-name ctl --attribute"));
}

TEST_F(CreateTable, CheckIsContentWithATableThatTakesWrites) {
  server.serve({table_with("ACTIVE"), table_with("UPDATING"), table_with("CREATING")});
  EXPECT_TRUE(run(table.check()));
  EXPECT_TRUE(run(table.check()));
  const auto creating = run(table.check());
  ASSERT_FALSE(creating);
  EXPECT_EQ(creating.error().fault, Fault::unavailable);
  EXPECT_EQ(creating.error().message,
            "The control table ctl is not ready yet (CREATING): try again in a moment.");
}

}  // namespace
}  // namespace crossfade::control
