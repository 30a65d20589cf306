#include "forward/synced_field.h"

#include <gtest/gtest.h>

#include "common/codec/document.h"

namespace crossfade::forward {
namespace {

using codec::DocumentBuilder;
using codec::to_extended_json;

std::string shown(const std::string& document) {
  return to_extended_json(document, false);
}

TEST(SyncedFieldTest, StandsBehindTheDocumentsOwnFields) {
  const std::string document = DocumentBuilder().text("_id", "a").int32("n", 1).finish();
  EXPECT_EQ(shown(with_synced_field(document, "_synced", "orders", 3, 1'767'225'600'000)),
            shown(DocumentBuilder()
                      .text("_id", "a")
                      .int32("n", 1)
                      .document("_synced", DocumentBuilder()
                                               .text("link", "orders")
                                               .int64("epoch", 3)
                                               .date("at", 1'767'225'600'000)
                                               .finish())
                      .finish()));
}

TEST(SyncedFieldTest, ReplacesAnOlderMarker) {
  const std::string document =
      DocumentBuilder().text("_id", "a").text("_synced", "whatever").int32("n", 1).finish();
  const std::string marked = with_synced_field(document, "_synced", "orders", 3, 7);
  const codec::DocumentView view(marked);
  EXPECT_EQ(view.text("_synced.link"), "orders");
  EXPECT_EQ(view.integer("_synced.epoch"), 3);
  EXPECT_EQ(view.date_ms("_synced.at"), 7);
  EXPECT_EQ(view.integer("n"), 1);
  EXPECT_EQ(with_synced_field(marked, "_synced", "orders", 3, 7), marked);
}

TEST(SyncedFieldTest, OnlyTheTopLevelFieldIsTheMarker) {
  const std::string inner = DocumentBuilder().text("_synced", "inner").finish();
  const std::string document = DocumentBuilder().document("d", inner).finish();
  const std::string marked = with_synced_field(document, "_synced", "orders", 1, 7);
  EXPECT_EQ(codec::DocumentView(marked).text("d._synced"), "inner");
}

}  // namespace
}  // namespace crossfade::forward
