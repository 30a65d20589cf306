#include "forward/shard_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crossfade::forward {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using State = ShardCursor::State;
using Ids = std::vector<std::string>;

constexpr std::int64_t kNow = 1'767'225'600'000;

dynamo::Shard open_shard(const std::string& id, const std::string& parent = "") {
  return {id, parent, "100", ""};
}

dynamo::Shard closed_shard(const std::string& id, const std::string& parent = "") {
  return {id, parent, "100", "199"};
}

/// Takes in a listing that was begun when the tree was as it is.
Result<Ids> discover(ShardTree& tree, const std::vector<dynamo::Shard>& listed) {
  return tree.discover(listed, tree.ids());
}

Ids released(ShardTree& tree, const std::vector<dynamo::Shard>& listed) {
  const auto out = discover(tree, listed);
  EXPECT_TRUE(out) << out.error().message;
  return out ? *out : Ids();
}

State state_of(const ShardTree& tree, const std::string& id) {
  const ShardCursor* cursor = tree.find(id);
  EXPECT_NE(cursor, nullptr) << id;
  return cursor == nullptr ? State::waiting : cursor->state;
}

TEST(SequenceTest, IsComparedAsANumber) {
  EXPECT_TRUE(sequence_less("9", "10"));
  EXPECT_TRUE(sequence_less("100000000000000000001", "100000000000000000002"));
  EXPECT_FALSE(sequence_less("10", "9"));
  EXPECT_FALSE(sequence_less("10", "10"));
  EXPECT_TRUE(sequence_less("", "1")) << "no record comes before every record";
}

TEST(ShardTreeTest, TheFirstStartReadsOpenShardsFromTheirEnd) {
  const ShardTree tree =
      ShardTree::begin({closed_shard("a"), open_shard("b", "a"), open_shard("c")}, kNow);
  EXPECT_THAT(tree.reading(), ElementsAre("b", "c"));
  EXPECT_EQ(state_of(tree, "a"), State::finished);
  EXPECT_TRUE(tree.find("b")->from_latest);
  EXPECT_EQ(tree.find("b")->sequence, "");
  EXPECT_EQ(tree.began_ms(), kNow);
}

TEST(ShardTreeTest, AShardThatShowsUpLaterIsReadFromItsBegin) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  EXPECT_THAT(released(tree, {open_shard("a"), open_shard("b")}), ElementsAre("b"));
  EXPECT_FALSE(tree.find("b")->from_latest);
}

TEST(ShardTreeTest, AChildWaitsForItsParent) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  EXPECT_THAT(released(tree, {closed_shard("a"), open_shard("b", "a")}), IsEmpty());
  EXPECT_EQ(state_of(tree, "b"), State::waiting);
  EXPECT_THAT(tree.finish("a"), ElementsAre("b"));
  EXPECT_EQ(state_of(tree, "a"), State::finished);
  EXPECT_EQ(state_of(tree, "b"), State::reading);
  EXPECT_FALSE(tree.find("b")->from_latest) << "nothing of it may be skipped";
}

TEST(ShardTreeTest, ASplitReleasesAllChildrenAtOnce) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  EXPECT_THAT(tree.add_children({open_shard("b", "a"), open_shard("c", "a")}), IsEmpty());
  EXPECT_THAT(tree.finish("a"), ElementsAre("b", "c"));
}

TEST(ShardTreeTest, ARollOfManyGenerationsIsReadInOrder) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  EXPECT_THAT(released(tree, {closed_shard("a"), closed_shard("b", "a"), closed_shard("c", "b"),
                              open_shard("d", "c")}),
              IsEmpty());
  EXPECT_THAT(tree.finish("a"), ElementsAre("b"));
  EXPECT_THAT(tree.finish("b"), ElementsAre("c"));
  EXPECT_THAT(tree.finish("c"), ElementsAre("d"));
  EXPECT_THAT(tree.reading(), ElementsAre("d"));
}

TEST(ShardTreeTest, ChildrenOfAFinishedShardAreReadAtOnce) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  EXPECT_THAT(tree.finish("a"), IsEmpty());
  EXPECT_FALSE(tree.has_children("a"));
  EXPECT_THAT(tree.add_children({open_shard("b", "a")}), ElementsAre("b"));
  EXPECT_TRUE(tree.has_children("a"));
  EXPECT_THAT(tree.add_children({open_shard("b", "a")}), IsEmpty()) << "only once";
}

/// What was written to a shard that had closed before the first start is in the table that is
/// loaded; its children are not.
TEST(ShardTreeTest, ChildrenOfAShardThatWasClosedFromTheStartAreReadWhole) {
  ShardTree tree = ShardTree::begin({closed_shard("a"), open_shard("z")}, kNow);
  EXPECT_THAT(released(tree, {closed_shard("a"), open_shard("z"), open_shard("b", "a")}),
              ElementsAre("b"));
  EXPECT_FALSE(tree.find("b")->from_latest);
}

TEST(ShardTreeTest, AParentThatIsListedTooButUnknownIsReadFirst) {
  ShardTree tree = ShardTree::begin({open_shard("z")}, kNow);
  EXPECT_THAT(released(tree, {open_shard("z"), closed_shard("p"), open_shard("c", "p")}),
              ElementsAre("p"));
  EXPECT_EQ(state_of(tree, "c"), State::waiting);
}

TEST(ShardTreeTest, AShardInReadingThatIsNoLongerListedIsAGap) {
  ShardTree tree = ShardTree::begin({open_shard("a"), open_shard("b")}, kNow);
  const auto out = discover(tree, {open_shard("b")});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().fault, Fault::trimmed);
  EXPECT_THAT(out.error().message, HasSubstr("shard a "));
}

TEST(ShardTreeTest, AWaitingShardThatIsNoLongerListedIsAGap) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  tree.add_children({open_shard("b", "a")});
  EXPECT_FALSE(discover(tree, {closed_shard("a")}));
}

TEST(ShardTreeTest, TheUnseenParentOfANewShardIsAGap) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  const auto out = discover(tree, {open_shard("a"), open_shard("c", "never-seen")});
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().fault, Fault::trimmed);
  EXPECT_THAT(out.error().message, HasSubstr("never-seen"));
}

TEST(ShardTreeTest, AFinishedShardMayVanishAndItsChildrenStay) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  tree.add_children({open_shard("b", "a")});
  tree.finish("a");
  EXPECT_THAT(released(tree, {open_shard("b", "a")}), IsEmpty());
  EXPECT_EQ(tree.find("a"), nullptr) << "what the stream forgot is forgotten";
  EXPECT_THAT(tree.reading(), ElementsAre("b"));
  EXPECT_THAT(released(tree, {open_shard("b", "a")}), IsEmpty()) << "a known shard is no gap";
}

/// A listing takes several calls; a shard found meanwhile by its parent's end is not in it.
TEST(ShardTreeTest, AShardFoundWhileTheListingWasMadeIsNotMissed) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  const std::set<std::string> known = tree.ids();
  tree.add_children({open_shard("b", "a")});
  const auto out = tree.discover({closed_shard("a")}, known);
  ASSERT_TRUE(out) << out.error().message;
  EXPECT_NE(tree.find("b"), nullptr);
}

TEST(ShardTreeTest, TheCursorOnlyMovesOn) {
  ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  tree.advance("a", "99");
  tree.advance("a", "100");
  tree.advance("a", "42");
  EXPECT_EQ(tree.find("a")->sequence, "100");
  tree.advance("unknown", "1");
  EXPECT_EQ(tree.find("unknown"), nullptr);
}

TEST(ShardTreeTest, FindsNothingUnknown) {
  const ShardTree tree = ShardTree::begin({open_shard("a")}, kNow);
  EXPECT_EQ(tree.find("b"), nullptr);
  EXPECT_THAT(tree.ids(), ElementsAre("a"));
}

/// Event logs hold this text: version 1 reads back for ever.
TEST(ShardTreeTest, TheSnapshotIsGolden) {
  ShardTree tree = ShardTree::begin({{"a", "", "7", "99"}, open_shard("b", "a")}, kNow);
  tree.add_children({open_shard("c", "b")});
  tree.advance("b", "123");
  EXPECT_EQ(
      tree.to_json(),
      R"({"began_ms":1767225600000,"shards":[)"
      R"({"again":false,"first":"7","from_latest":false,"id":"a","parent":"","sequence":"","state":2},)"
      R"({"again":false,"first":"100","from_latest":true,"id":"b","parent":"a","sequence":"123","state":1},)"
      R"({"again":false,"first":"100","from_latest":false,"id":"c","parent":"b","sequence":"","state":0}],)"
      R"("v":1})");
}

TEST(ShardTreeTest, ASnapshotGoesThereAndBack) {
  ShardTree tree = ShardTree::begin({closed_shard("a"), open_shard("b", "a")}, kNow);
  tree.add_children({open_shard("c", "b")});
  tree.advance("b", "123");
  tree.read_again("b", true);
  auto back = ShardTree::from_json(tree.to_json());
  ASSERT_TRUE(back);
  EXPECT_EQ(back->to_json(), tree.to_json());
  EXPECT_TRUE(back->find("b")->again);
  EXPECT_THAT(back->finish("b"), ElementsAre("c"));
}

TEST(ShardTreeTest, ASnapshotOfBeforeTheLastFieldReads) {
  const auto tree = ShardTree::from_json(
      R"({"v":1,"began_ms":5,"shards":[{"id":"a","parent":"","state":1,"sequence":"7"}]})");
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->began_ms(), 5);
  EXPECT_EQ(tree->find("a")->sequence, "7");
  EXPECT_FALSE(tree->find("a")->from_latest);
}

TEST(ShardTreeTest, RefusesASnapshotThatItCannotRead) {
  for (const char* text : {"", "{", "{}", R"({"v":2,"shards":[]})"}) {
    const auto tree = ShardTree::from_json(text);
    ASSERT_FALSE(tree) << text;
    EXPECT_EQ(tree.error().fault, Fault::corrupt);
  }
}

}  // namespace
}  // namespace crossfade::forward
