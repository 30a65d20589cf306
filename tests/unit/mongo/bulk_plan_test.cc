#include "common/mongo/bulk_plan.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace crossfade::mongo {
namespace {

using Kind = WriteOp::Kind;
using testing::ElementsAre;

std::vector<WriteOp> of_kinds(const std::vector<Kind>& kinds) {
  std::vector<WriteOp> out;
  out.reserve(kinds.size());
  for (const Kind kind : kinds) out.push_back({kind, "", ""});
  return out;
}

TEST(BulkPlan, NothingIsNoChunk) {
  EXPECT_TRUE(plan_bulk({}, true).empty());
}

TEST(BulkPlan, OrderedKeepsTheOrderAcrossKinds) {
  const auto ops = of_kinds({Kind::insert, Kind::remove, Kind::insert, Kind::update});
  EXPECT_THAT(plan_bulk(ops, true), ElementsAre(ElementsAre(0, 1, 2, 3)));
}

TEST(BulkPlan, UnorderedGroupsByCommand) {
  const auto ops =
      of_kinds({Kind::remove, Kind::update, Kind::insert, Kind::replace_upsert, Kind::insert});
  EXPECT_THAT(plan_bulk(ops, false),
              ElementsAre(ElementsAre(2, 4), ElementsAre(1, 3), ElementsAre(0)));
}

TEST(BulkPlan, CutsByNumberAndByBytes) {
  const std::string ten(10, 'x');
  const std::vector<WriteOp> ops(5, WriteOp{Kind::replace_upsert, ten, ten});
  EXPECT_THAT(plan_bulk(ops, true, {2, 1'000}),
              ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
  EXPECT_THAT(plan_bulk(ops, true, {100, 60}),
              ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 4)));
}

TEST(BulkPlan, OneLargerThanTheLimitGoesAlone) {
  const std::string large(100, 'x');
  const std::vector<WriteOp> ops{
      {Kind::insert, "", "x"}, {Kind::insert, "", large}, {Kind::insert, "", "x"}};
  EXPECT_THAT(plan_bulk(ops, true, {100, 50}),
              ElementsAre(ElementsAre(0), ElementsAre(1), ElementsAre(2)));
}

RC_GTEST_PROP(BulkPlan, EveryOperationGoesOnceWithinTheLimits, (bool ordered)) {
  const std::string bytes(64, 'x');
  const auto kinds = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4));
  std::vector<WriteOp> ops;
  for (const int kind : kinds) {
    const auto size = *rc::gen::inRange<std::size_t>(0, bytes.size());
    ops.push_back({static_cast<Kind>(kind), "", std::string_view(bytes).substr(0, size)});
  }
  const ChunkLimits limits{static_cast<std::size_t>(*rc::gen::inRange(1, 10)),
                           static_cast<std::size_t>(*rc::gen::inRange(1, 200))};
  std::vector<std::uint32_t> seen;
  for (const Chunk& chunk : plan_bulk(ops, ordered, limits)) {
    std::size_t total = 0;
    for (const auto index : chunk) total += ops[index].document.size();
    RC_ASSERT(!chunk.empty() && chunk.size() <= limits.operations);
    RC_ASSERT(total <= limits.bytes || chunk.size() == 1);
    seen.insert(seen.end(), chunk.begin(), chunk.end());
  }
  if (ordered) RC_ASSERT(std::ranges::is_sorted(seen));
  std::ranges::sort(seen);
  RC_ASSERT(seen.size() == ops.size());
  for (std::uint32_t i = 0; i < seen.size(); ++i) RC_ASSERT(seen[i] == i);
}

}  // namespace
}  // namespace crossfade::mongo
