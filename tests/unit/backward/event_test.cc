#include "backward/event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/codec/document.h"

namespace crossfade::backward {
namespace {

using codec::DocumentBuilder;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const mongo::Namespace kHeartbeats{"crossfade", "heartbeats"};
constexpr std::int64_t kNow = 1'767'225'600'123;
const std::string kSession = "0123456789abcdef";

std::string key_id(const std::string& pk, int sk) {
  return DocumentBuilder().text("pk", pk).int32("sk", sk).finish();
}

/// `{_id: {pk, sk}}`, the key as everything else here carries it.
std::string id_of(const std::string& pk, int sk) {
  return DocumentBuilder().document("_id", key_id(pk, sk)).finish();
}

std::string document_of(const std::string& pk, int sk, const std::string& text = "x") {
  DocumentBuilder out;
  return out.document("_id", key_id(pk, sk))
      .text("pk", pk)
      .int32("sk", sk)
      .text("t", text)
      .finish();
}

std::string foreign_document(const std::string& id, const std::string& pk, int sk) {
  return DocumentBuilder().text("_id", id).text("pk", pk).int32("sk", sk).finish();
}

/// A change event as a server sends it, made piece by piece.
class EventBuilder {
 public:
  explicit EventBuilder(const std::string& operation) {
    out_.document("_id", DocumentBuilder().text("_data", "82ABCD").finish());
    out_.text("operationType", operation);
  }
  EventBuilder& in(const std::string& database, const std::string& collection) {
    out_.document("ns", DocumentBuilder().text("db", database).text("coll", collection).finish());
    return *this;
  }
  EventBuilder& key(const std::string& bson) { return document("documentKey", bson); }
  EventBuilder& after(const std::string& bson) { return document("fullDocument", bson); }
  EventBuilder& before(const std::string& bson) {
    return document("fullDocumentBeforeChange", bson);
  }
  EventBuilder& null(const std::string& name) {
    out_.null(name);
    return *this;
  }
  EventBuilder& wall_time() {
    out_.date("wallTime", kNow);
    return *this;
  }
  EventBuilder& cluster_time() {
    out_.timestamp("clusterTime", 1'767'225'600, 7);
    return *this;
  }
  EventBuilder& transaction(const std::string& session) {
    out_.document("lsid", DocumentBuilder().binary("id", session, 4).finish());
    out_.int64("txnNumber", 3);
    return *this;
  }
  EventBuilder& updated(const std::string& fields) {
    return document("updateDescription",
                    DocumentBuilder().document("updatedFields", fields).finish());
  }
  std::string finish() { return out_.finish(); }

 private:
  EventBuilder& document(const std::string& name, const std::string& bson) {
    out_.document(name, bson);
    return *this;
  }
  DocumentBuilder out_;
};

EventBuilder order_event(const std::string& operation) {
  return std::move(EventBuilder(operation).in("shop", "orders").wall_time());
}

Event read(const std::string& bson) {
  return read_event(bson, kHeartbeats, "orders");
}

class ChangesOfTest : public testing::Test {
 protected:
  ChangesOfTest() : mapper_(options()) {}

  static codec::MappingOptions options() {
    codec::MappingOptions out;
    out.key.hash = {"pk", codec::KeyType::text};
    out.key.sort = codec::KeyAttribute{"sk", codec::KeyType::number};
    return out;
  }
  std::vector<Change> changes(EventBuilder event) {
    bytes_ = event.finish();
    return changes_of(read(bytes_), mapper_);
  }
  static std::string token() { return DocumentBuilder().text("_data", "82ABCD").finish(); }

  codec::Mapper mapper_;
  std::string bytes_;
};

TEST(ReadEventTest, TellsWhatKindOfEventItIs) {
  const std::vector<std::pair<std::string, Event::Kind>> kinds{
      {"insert", Event::Kind::put},
      {"update", Event::Kind::put},
      {"replace", Event::Kind::put},
      {"delete", Event::Kind::remove},
      {"drop", Event::Kind::ended},
      {"rename", Event::Kind::ended},
      {"dropDatabase", Event::Kind::ended},
      {"invalidate", Event::Kind::ended},
      {"createIndexes", Event::Kind::other},
      {"modify", Event::Kind::other},
      {"shardCollection", Event::Kind::other},
      {"", Event::Kind::other}};
  for (const auto& [operation, kind] : kinds) {
    const std::string bytes = order_event(operation).finish();
    EXPECT_EQ(read(bytes).kind, kind) << operation;
    EXPECT_EQ(read(bytes).operation, operation);
  }
}

TEST(ReadEventTest, ReadsTheParts) {
  const std::string bytes = order_event("update")
                                .key(id_of("a", 1))
                                .after(document_of("a", 1))
                                .before(document_of("a", 1, "old"))
                                .finish();
  const Event event = read(bytes);
  EXPECT_EQ(event.token, DocumentBuilder().text("_data", "82ABCD").finish());
  EXPECT_EQ(event.document_key, id_of("a", 1));
  EXPECT_EQ(event.document, document_of("a", 1));
  EXPECT_EQ(event.before, document_of("a", 1, "old"));
  EXPECT_EQ(event.time_ms, kNow);
  EXPECT_EQ(event.session_id, "");
}

TEST(ReadEventTest, ADocumentThatHasGoneIsAbsent) {
  const std::string bytes = order_event("update")
                                .key(id_of("a", 1))
                                .null("fullDocument")
                                .null("fullDocumentBeforeChange")
                                .finish();
  EXPECT_FALSE(read(bytes).document);
  EXPECT_FALSE(read(bytes).before);
}

TEST(ReadEventTest, TheSecondOfTheClusterTimeServesBeforeVersionSix) {
  const std::string bytes = EventBuilder("insert").in("shop", "orders").cluster_time().finish();
  EXPECT_EQ(read(bytes).time_ms, 1'767'225'600'000);
  const std::string neither = EventBuilder("insert").in("shop", "orders").finish();
  EXPECT_EQ(read(neither).time_ms, 0);
}

TEST(ReadEventTest, ATransactionsEventNamesItsSession) {
  const std::string bytes = order_event("insert").transaction(kSession).finish();
  EXPECT_EQ(read(bytes).session_id, kSession);
}

TEST(ReadEventTest, AHeartbeatOfOursCarriesItsNumber) {
  const std::string key = DocumentBuilder().text("_id", "orders").finish();
  const std::string first =
      EventBuilder("insert")
          .in("crossfade", "heartbeats")
          .key(key)
          .after(DocumentBuilder().text("_id", "orders").int64("n", 1).finish())
          .finish();
  EXPECT_EQ(read(first).kind, Event::Kind::heartbeat);
  EXPECT_EQ(read(first).heartbeat, 1);
  const std::string later =
      EventBuilder("update")
          .in("crossfade", "heartbeats")
          .key(key)
          .after(DocumentBuilder().text("_id", "orders").int64("n", 9).finish())
          .updated(DocumentBuilder().int64("n", 7).finish())
          .finish();
  EXPECT_EQ(read(later).kind, Event::Kind::heartbeat);
  EXPECT_EQ(read(later).heartbeat, 7) << "of the event, not of the document as it is now";
}

TEST(ReadEventTest, HeartbeatsOfOtherLinksAndTheirRemovalMeanNothing) {
  const std::string other = EventBuilder("update")
                                .in("crossfade", "heartbeats")
                                .key(DocumentBuilder().text("_id", "carts").finish())
                                .updated(DocumentBuilder().int64("n", 7).finish())
                                .finish();
  EXPECT_EQ(read(other).kind, Event::Kind::other);
  const std::string removed = EventBuilder("delete")
                                  .in("crossfade", "heartbeats")
                                  .key(DocumentBuilder().text("_id", "orders").finish())
                                  .finish();
  EXPECT_EQ(read(removed).kind, Event::Kind::other);
}

TEST_F(ChangesOfTest, ANoteAsksForARestoreOfItsKey) {
  const auto note = [](const std::string& id) {
    const std::string document =
        DocumentBuilder().text("_id", id).document("key", key_id("a", 1)).finish();
    return std::move(EventBuilder("replace")
                         .in("crossfade", "heartbeats")
                         .wall_time()
                         .key(DocumentBuilder().text("_id", id).finish())
                         .after(document)
                         .transaction(kSession));
  };
  const auto out = changes(note("orders/forward/0"));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].kind, ChangeKind::restore);
  EXPECT_EQ(out[0].key.bson, id_of("a", 1));
  EXPECT_EQ(out[0].source, token());
  EXPECT_THAT(changes(note("orders-2/forward/0")), IsEmpty());
  EXPECT_EQ(read(note("order/forward/0").finish()).kind, Event::Kind::other);
}

TEST(ReadEventTest, ACollectionOfUsersThatIsCalledHeartbeatsIsNotOurs) {
  const std::string bytes = EventBuilder("insert")
                                .in("shop", "heartbeats")
                                .key(DocumentBuilder().text("_id", "orders").finish())
                                .finish();
  EXPECT_EQ(read(bytes).kind, Event::Kind::put);
}

TEST_F(ChangesOfTest, AnInsertIsAPut) {
  const auto out = changes(order_event("insert").key(id_of("a", 1)).after(document_of("a", 1)));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].kind, ChangeKind::put);
  EXPECT_EQ(out[0].key.bson, id_of("a", 1));
  EXPECT_EQ(out[0].image, document_of("a", 1));
  EXPECT_EQ(out[0].source, token());
  EXPECT_EQ(out[0].source_time_ms, kNow);
}

TEST_F(ChangesOfTest, UpdatesAndReplacesPutTheWholeDocument) {
  for (const char* operation : {"update", "replace"}) {
    const auto out = changes(order_event(operation)
                                 .key(id_of("a", 1))
                                 .after(document_of("a", 1, "new"))
                                 .before(document_of("a", 1, "old")));
    ASSERT_THAT(out, SizeIs(1)) << operation;
    EXPECT_EQ(out[0].kind, ChangeKind::put);
    EXPECT_EQ(out[0].image, document_of("a", 1, "new"));
  }
}

TEST_F(ChangesOfTest, ADeleteIsARemoval) {
  const auto out = changes(order_event("delete").key(id_of("a", 1)));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].kind, ChangeKind::remove);
  EXPECT_EQ(out[0].key.bson, id_of("a", 1));
  EXPECT_EQ(out[0].source, token());
}

TEST_F(ChangesOfTest, AnUpdateOfADocumentThatHasGoneMeansNothing) {
  EXPECT_THAT(changes(order_event("update").key(id_of("a", 1)).null("fullDocument")), IsEmpty());
}

TEST_F(ChangesOfTest, AChangeOfAKeyFieldIsARemovalAndAPut) {
  DocumentBuilder moved;
  moved.document("_id", key_id("a", 1)).text("pk", "a").int32("sk", 2);
  const auto out = changes(
      order_event("update").key(id_of("a", 1)).after(moved.finish()).before(document_of("a", 1)));
  ASSERT_THAT(out, SizeIs(2));
  EXPECT_EQ(out[0].kind, ChangeKind::remove);
  EXPECT_EQ(out[0].key.bson, id_of("a", 1));
  EXPECT_EQ(out[0].source, "") << "a crash between the two repeats both";
  EXPECT_EQ(out[1].kind, ChangeKind::put);
  EXPECT_EQ(out[1].key.bson, id_of("a", 2));
  EXPECT_EQ(out[1].source, token());
}

TEST_F(ChangesOfTest, AChangeOfAKeyFieldIsSeenWithoutAPreImageToo) {
  DocumentBuilder moved;
  moved.document("_id", key_id("a", 1)).text("pk", "b").int32("sk", 1);
  const auto out = changes(order_event("replace").key(id_of("a", 1)).after(moved.finish()));
  ASSERT_THAT(out, SizeIs(2));
  EXPECT_EQ(out[0].key.bson, id_of("a", 1));
  EXPECT_EQ(out[1].key.bson, id_of("b", 1));
}

TEST_F(ChangesOfTest, SaysWhatWasBeforeWhereItIsAskedAndTold) {
  const auto former = [&](EventBuilder event) {
    bytes_ = event.finish();
    return changes_of(read(bytes_), mapper_, true).back().before;
  };
  const std::string key = id_of("a", 1);
  const std::string now = document_of("a", 1, "new");
  const std::string old = document_of("a", 1, "old");
  EXPECT_EQ(former(order_event("insert").key(key).after(now)), Former{});
  EXPECT_EQ(former(order_event("update").key(key).after(now).before(old)), Former{old});
  EXPECT_EQ(former(order_event("update").key(key).after(now)), std::nullopt);
  EXPECT_EQ(former(order_event("delete").key(key).before(old)), Former{old});
  EXPECT_EQ(former(order_event("delete").key(key)), std::nullopt);
  EXPECT_EQ(changes(order_event("update").key(key).after(now).before(old))[0].before, std::nullopt);
}

TEST_F(ChangesOfTest, UnderAnotherKeyThereWasNothingBefore) {
  DocumentBuilder moved;
  moved.document("_id", key_id("a", 1)).text("pk", "a").int32("sk", 2);
  bytes_ = order_event("update")
               .key(id_of("a", 1))
               .after(moved.finish())
               .before(document_of("a", 1))
               .finish();
  const auto out = changes_of(read(bytes_), mapper_, true);
  ASSERT_THAT(out, SizeIs(2));
  EXPECT_EQ(out[0].before, Former{document_of("a", 1)});
  EXPECT_EQ(out[1].before, Former{});
}

TEST_F(ChangesOfTest, NumbersAreKeysByTheirValue) {
  DocumentBuilder same;
  same.document("_id", key_id("a", 1)).text("pk", "a").number("sk", 1.0);
  const auto out = changes(order_event("update").key(id_of("a", 1)).after(same.finish()));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].key.bson, id_of("a", 1));
}

TEST_F(ChangesOfTest, ADocumentUnderAForeignIdIsPairedByItsKeyFields) {
  const std::string key = DocumentBuilder().text("_id", "mine").finish();
  const std::string document = foreign_document("mine", "a", 1);
  const auto inserted = changes(order_event("insert").key(key).after(document));
  ASSERT_THAT(inserted, SizeIs(1));
  EXPECT_EQ(inserted[0].key.bson, id_of("a", 1));
  const auto updated = changes(order_event("update").key(key).after(document));
  ASSERT_THAT(updated, SizeIs(1)) << "no former key can be told, so none is removed";
  EXPECT_EQ(updated[0].kind, ChangeKind::put);
}

TEST_F(ChangesOfTest, TheDeleteOfAForeignIdIsToldByItsPreImage) {
  const std::string key = DocumentBuilder().text("_id", "mine").finish();
  const auto out = changes(order_event("delete").key(key).before(foreign_document("mine", "a", 1)));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].kind, ChangeKind::remove);
  EXPECT_EQ(out[0].key.bson, id_of("a", 1));
}

TEST_F(ChangesOfTest, TheDeleteOfAForeignIdWithoutPreImageIsSetAside) {
  const std::string key = DocumentBuilder().text("_id", "mine").finish();
  const auto out = changes(order_event("delete").key(key));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].kind, ChangeKind::rejected);
  EXPECT_EQ(out[0].key.bson, key);
  EXPECT_EQ(out[0].image, key);
  EXPECT_THAT(out[0].reason, HasSubstr("_id"));
  EXPECT_EQ(out[0].source, token());
}

TEST_F(ChangesOfTest, ADocumentWithoutAKeyIsSetAsideWhole) {
  const std::string document = DocumentBuilder().text("_id", "mine").text("pk", "a").finish();
  const auto out = changes(
      order_event("insert").key(DocumentBuilder().text("_id", "mine").finish()).after(document));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].kind, ChangeKind::rejected);
  EXPECT_EQ(out[0].image, document);
  EXPECT_THAT(out[0].reason, HasSubstr("\"sk\""));
}

TEST_F(ChangesOfTest, AKeyOfTheWrongTypeIsSetAside) {
  DocumentBuilder document;
  document.document("_id", key_id("a", 1)).int32("pk", 5).int32("sk", 1);
  const auto out = changes(order_event("update").key(id_of("a", 1)).after(document.finish()));
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_EQ(out[0].kind, ChangeKind::rejected);
  EXPECT_EQ(out[0].key.bson, id_of("a", 1));
}

TEST_F(ChangesOfTest, OtherEventsChangeNothing) {
  EXPECT_THAT(changes(order_event("createIndexes")), IsEmpty());
  EXPECT_THAT(changes(order_event("drop")), IsEmpty());
}

}  // namespace
}  // namespace crossfade::backward
