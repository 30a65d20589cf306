// Clients and audit entries in the control table.
#include <nlohmann/json.hpp>

#include "common/control/audit_json.h"
#include "tests/unit/control/table_fixture.h"

namespace crossfade::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

json client_item(const std::string& id) {
  return {{"sk", {{"S", "client/" + id}}},
          {"mode", {{"S", "refuse"}}},
          {"lease_ms", {{"N", "5000"}}},
          {"acked", {{"N", "7"}}},
          {"seen_ms", {{"N", "1767225600000"}}}};
}

ClientRecord web_1() {
  return {.id = "web-1", .lease_ms = 5'000, .acknowledged = 7, .seen_ms = 1'767'225'600'000};
}

using Clients = TableTest;

TEST_F(Clients, AreReadPageByPage) {
  const json key = {{"pk", {{"S", "group/shop"}}}, {"sk", {{"S", "client/web-1"}}}};
  json other = client_item("web-2");
  other["mode"]["S"] = "continue";
  server.serve({answer({{"Items", {client_item("web-1")}}, {"LastEvaluatedKey", key}}),
                answer({{"Items", {other}}})});
  const auto clients = run(table.clients("shop"));
  ASSERT_TRUE(clients) << clients.error().message;
  ASSERT_EQ(clients->size(), 2U);
  const ClientRecord& first = clients->front();
  EXPECT_EQ(first.id, "web-1");
  EXPECT_FALSE(first.continues);
  EXPECT_EQ(first.lease_ms, 5'000);
  EXPECT_EQ(first.acknowledged, 7);
  EXPECT_EQ(first.seen_ms, 1'767'225'600'000);
  EXPECT_TRUE(clients->back().continues);
  EXPECT_EQ(sent(0), json::parse(R"~({"TableName": "ctl", "ConsistentRead": true,
      "KeyConditionExpression": "#p = :p AND begins_with(#s, :s)",
      "ProjectionExpression": "#a0,#a1,#a2,#a3,#a4",
      "ExpressionAttributeNames": {"#p": "pk", "#s": "sk", "#a0": "sk", "#a1": "mode",
                                   "#a2": "lease_ms", "#a3": "acked", "#a4": "seen_ms"},
      "ExpressionAttributeValues": {
    ":p" : {"S" : "group/shop"}, ":s" : {"S" : "client/"}}
})~"));
  EXPECT_EQ(sent(1)["ExclusiveStartKey"], key);
}

TEST_F(Clients, ARecordThatLacksItsModeIsTakenToContinue) {
  server.serve({answer({{"Items", {{{"sk", {{"S", "client/odd"}}}, {"acked", {{"S", "7x"}}}}}}})});
  const auto clients = run(table.clients("shop"));
  ASSERT_TRUE(clients) << clients.error().message;
  ASSERT_EQ(clients->size(), 1U);
  EXPECT_TRUE(clients->front().continues);
  EXPECT_EQ(clients->front().acknowledged, 0);
  EXPECT_EQ(clients->front().lease_ms, ClientRecord().lease_ms);
}

TEST_F(Clients, MoreThanTheMostIsAnError) {
  const json key = {{"pk", {{"S", "group/shop"}}}, {"sk", {{"S", "client/x"}}}};
  json page = json::array();
  for (int i = 0; i < 4'000; ++i) page.push_back({{"sk", {{"S", "client/x"}}}});
  server.serve({answer({{"Items", page}, {"LastEvaluatedKey", key}})});
  const auto clients = run(table.clients("shop"));
  ASSERT_FALSE(clients);
  EXPECT_EQ(clients.error().message,
            "Group \"shop\" has more than 10000 clients in the control table: remove those that "
            "are gone.");
  EXPECT_EQ(count(), 3U);
}

TEST_F(Clients, AnAnswerWithoutItemsIsNoEmptyList) {
  server.serve({answer(json::object())});
  EXPECT_FALSE(run(table.clients("shop")));
}

TEST_F(Clients, AreStoredWithTheirAcknowledgement) {
  server.serve({answer(json::object())});
  ASSERT_TRUE(run(table.put_client("shop", web_1())));
  ASSERT_EQ(count(), 1U);
  EXPECT_EQ(sent(0)["Key"], json::parse(R"({"pk":{"S":"group/shop"},"sk":{"S":"client/web-1"}})"));
  EXPECT_EQ(sent(0)["UpdateExpression"], "SET #m = :m, #l = :l, #t = :t, #a = :a");
  EXPECT_EQ(sent(0)["ConditionExpression"], "attribute_not_exists(#a) OR #a <= :a");
  EXPECT_EQ(sent(0)["ExpressionAttributeValues"],
            json::parse(R"({":m":{"S":"refuse"},":l":{"N":"5000"},":t":{"N":"1767225600000"},
                            ":a":{"N":"7"}})"));
}

TEST_F(Clients, AStoredAcknowledgementIsNotLowered) {
  server.serve({refusal("ConditionalCheckFailedException"), answer(json::object())});
  ASSERT_TRUE(run(table.put_client("shop", web_1())));
  ASSERT_EQ(count(), 2U);
  EXPECT_EQ(sent(1)["UpdateExpression"], "SET #m = :m, #l = :l, #t = :t");
  EXPECT_EQ(sent(1)["ConditionExpression"], "#a > :a");
}

TEST_F(Clients, ARecordThatKeepsChangingIsAConflict) {
  server.serve({refusal("ConditionalCheckFailedException")});
  EXPECT_EQ(run(table.put_client("shop", web_1())).error().fault, Fault::conflict);
}

TEST_F(Clients, AreForgotten) {
  server.serve({answer(json::object())});
  ASSERT_TRUE(run(table.forget_client("shop", "web-1")));
  EXPECT_EQ(operation(0), "DeleteItem");
  EXPECT_FALSE(sent(0).contains("ConditionExpression"));
}

TEST_F(Clients, OneThatHasJustComeBackIsNotForgotten) {
  server.serve({refusal("ConditionalCheckFailedException")});
  ASSERT_TRUE(run(table.forget_client("shop", "web-1", 1'000)));
  EXPECT_EQ(sent(0)["ConditionExpression"], "attribute_not_exists(#t) OR #t <= :t");
  EXPECT_EQ(sent(0)["ExpressionAttributeValues"], json::parse(R"({":t":{"N":"1000"}})"));
}

class Audit : public TableTest {
 protected:
  static AuditEntry begun() {
    AuditEntry entry = *audit_from_json(golden("audit.json"));
    entry.result.clear();
    entry.status = 0;
    return entry;
  }
  static json item(const AuditEntry& entry) {
    return {{"sk", {{"S", "audit/" + entry.id}}},
            {"doc", {{"S", to_json(entry)}}},
            {"at", {{"N", std::to_string(entry.at_ms)}}}};
  }
  static AuditEntry numbered(int number) {
    AuditEntry entry = begun();
    entry.id = "key-" + std::to_string(number);
    entry.at_ms = number;
    return entry;
  }
};

TEST_F(Audit, ACallIsBegunOnce) {
  server.serve({answer(json::object())});
  ASSERT_TRUE(run(table.begin_audit(begun())));
  EXPECT_EQ(sent(0)["Item"]["sk"]["S"], "audit/key-1");
  EXPECT_EQ(sent(0)["Item"]["doc"]["S"], to_json(begun()));
  EXPECT_EQ(sent(0)["ConditionExpression"], "attribute_not_exists(#p)");
}

TEST_F(Audit, AKeyThatIsThereIsADuplicate) {
  server.serve({refusal("ConditionalCheckFailedException", {{"Item", item(begun())}})});
  const auto again = run(table.begin_audit(begun()));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().fault, Fault::duplicate_key);
  EXPECT_EQ(again.error().message,
            "A call with the key \"key-1\" is in the audit of group \"shop\" already.");
}

TEST_F(Audit, OurOwnEntryWithALostReplyIsNoDuplicate) {
  server.serve({lost(), refusal("ConditionalCheckFailedException", {{"Item", item(begun())}})});
  EXPECT_TRUE(run(table.begin_audit(begun())));
}

TEST_F(Audit, AnotherOnesEntryAfterALostReplyIsADuplicate) {
  AuditEntry other = begun();
  other.who = "bob";
  server.serve({lost(), refusal("ConditionalCheckFailedException", {{"Item", item(other)}})});
  EXPECT_EQ(run(table.begin_audit(begun())).error().fault, Fault::duplicate_key);
}

TEST_F(Audit, TheEndIsStoredWithTheAnswer) {
  AuditEntry entry = *audit_from_json(golden("audit.json"));
  entry.answer = R"({"kind":"done"})";
  server.serve({answer(json::object())});
  ASSERT_TRUE(run(table.end_audit(entry)));
  EXPECT_EQ(sent(0)["Item"]["answer"]["S"], entry.answer);
  EXPECT_EQ(sent(0)["ConditionExpression"], "attribute_exists(#p)");

  server.serve({answer({{"Item", sent(0)["Item"]}})});
  const auto read = run(table.audit_entry("shop", "key-1"));
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->answer, entry.answer);
  EXPECT_EQ((*read)->result, entry.result);
}

TEST_F(Audit, AnAnswerThatIsTooLargeIsNotStored) {
  AuditEntry entry = begun();
  entry.answer = std::string(AuditEntry::kMostAnswer + 1, 'x');
  server.serve({answer(json::object())});
  ASSERT_TRUE(run(table.end_audit(entry)));
  EXPECT_FALSE(sent(0)["Item"].contains("answer"));
}

TEST_F(Audit, AnEndWithoutABeginIsAnError) {
  server.serve({refusal("ConditionalCheckFailedException")});
  EXPECT_THAT(run(table.end_audit(begun())).error().message, HasSubstr("has no entry \"key-1\""));
}

TEST_F(Audit, AKeyThatIsNotThereIsNoError) {
  server.serve({answer(json::object())});
  const auto read = run(table.audit_entry("shop", "none"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(*read);
}

TEST_F(Audit, TheNewestOfAllPagesAreListed) {
  const json key = {{"pk", {{"S", "group/shop"}}}, {"sk", {{"S", "audit/key-9"}}}};
  server.serve(
      {answer({{"Items", {item(numbered(9)), item(numbered(2))}}, {"LastEvaluatedKey", key}}),
       answer({{"Items", {item(numbered(7)), item(numbered(11))}}})});
  const auto entries = run(table.audit("shop", 3));
  ASSERT_TRUE(entries) << entries.error().message;
  std::vector<std::int64_t> times;
  for (const AuditEntry& entry : *entries) times.push_back(entry.at_ms);
  EXPECT_THAT(times, ElementsAre(11, 9, 7));
}

TEST_F(Audit, NoMoreThanTheMostIsListed) {
  json page = json::array();
  for (int i = 0; i < 300; ++i) page.push_back(item(numbered(i)));
  server.serve({answer({{"Items", page}})});
  EXPECT_EQ(run(table.audit("shop", 1'000'000))->size(), 200U);
  EXPECT_EQ(run(table.audit("shop", -1))->size(), 0U);
}

class Versions : public TableTest {
 protected:
  static json item(std::int64_t version) {
    RuleSet rules = fenced_rules();
    rules.version = version;
    return {{"doc", {{"S", to_json(rules)}}},
            {"who", {{"S", "ann"}}},
            {"why", {{"S", "step " + std::to_string(version)}}},
            {"at", {{"N", "1767225600000"}}}};
  }
};

TEST_F(Versions, TheNewestComeFirstAndNoMoreThanAskedFor) {
  const json key = {{"pk", {{"S", "group/shop"}}}, {"sk", {{"S", "rules/8"}}}};
  server.serve({answer({{"Items", {item(9), item(8)}}, {"LastEvaluatedKey", key}}),
                answer({{"Items", {item(7), item(6)}}, {"LastEvaluatedKey", key}})});
  const auto versions = run(table.versions("shop", 3));
  ASSERT_TRUE(versions) << versions.error().message;
  ASSERT_EQ(versions->size(), 3U);
  EXPECT_EQ(versions->at(0).rules.version, 9);
  EXPECT_EQ(versions->at(2).rules.version, 7);
  EXPECT_EQ(versions->at(2).why, "step 7");
  EXPECT_EQ(versions->at(2).who, "ann");
  EXPECT_EQ(versions->at(2).at_ms, 1'767'225'600'000);
  EXPECT_EQ(sent(0)["ScanIndexForward"], false);
  EXPECT_EQ(sent(0)["Limit"], 3);
  EXPECT_EQ(sent(0)["ConsistentRead"], true);
  EXPECT_EQ(sent(0)["ExpressionAttributeValues"][":s"]["S"], "rules/");
  EXPECT_EQ(sent(1)["ExclusiveStartKey"], key);
  EXPECT_EQ(count(), 2U);
}

TEST_F(Versions, NobodyAskedForAnyIsNoRequest) {
  EXPECT_EQ(run(table.versions("shop", 0))->size(), 0U);
  EXPECT_EQ(count(), 0U);
}

TEST_F(Versions, OneThatCannotBeReadIsAnError) {
  json broken = item(9);
  broken["doc"]["S"] = "{";
  server.serve({answer({{"Items", {broken}}})});
  EXPECT_EQ(run(table.versions("shop", 3)).error().fault, Fault::corrupt);
}

}  // namespace
}  // namespace crossfade::control
