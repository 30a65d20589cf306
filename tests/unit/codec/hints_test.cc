#include "common/codec/hints.h"

#include <gtest/gtest.h>

namespace crossfade::codec {
namespace {

TEST(Path, ReadsInOneWayOnly) {
  Path path;
  path.enter("a.b%c[0]");
  path.enter(std::size_t{12});
  path.enter("$x");
  EXPECT_EQ(path.text(), "a%2Eb%25c%5B0][12].%24x");
  const auto steps = parse_path(path.text());
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 3U);
  EXPECT_EQ((*steps)[0].name, "a.b%c[0]");
  EXPECT_EQ((*steps)[1].index, 12U);
  EXPECT_EQ((*steps)[2].name, "$x");
  EXPECT_EQ((*parse_path("a[]"))[1].kind, PathStep::Kind::every);
}

TEST(Path, OfAnotherFormIsNone) {
  for (const std::string text : {"", ".", "a.", ".a", "a[", "a[x]", "a[1", "[0]", "a[0]b", "a%",
                                 "a%2", "a%zz", "a..b", "a[-1]", "a[99999999999999999999999]"})
    EXPECT_FALSE(parse_path(text)) << text;
}

TEST(HintTree, TheIndexGoesBeforeEveryIndex) {
  HintTree tree;
  tree.add("a[]", "SS");
  tree.add("a[1]", "NS");
  tree.add("a[].b", "double");
  tree.add("broken[", "SS");
  tree.add_raw_name("x%2Ey");
  const Hints root{tree.root(), nullptr};
  const Hints a = root.at(std::string_view("a"));
  EXPECT_EQ(a.at(std::size_t{0}).type(), "SS");
  EXPECT_EQ(a.at(std::size_t{1}).type(), "NS");
  EXPECT_EQ(a.at(std::size_t{7}).at(std::string_view("b")).type(), "double");
  EXPECT_EQ(a.at(std::size_t{1}).at(std::string_view("b")).type(), "");
  EXPECT_TRUE(root.at(std::string_view("x.y")).raw_name());
  EXPECT_EQ(root.at(std::string_view("broken")).type(), "");
  EXPECT_EQ(HintTree().root(), nullptr);
}

TEST(HintList, CollapsesOnlyWhatIsTheSame) {
  Path path;
  path.enter("a");
  const auto collapsed = [&](const std::vector<std::pair<std::string, std::string>>& hints,
                             std::size_t count) {
    HintList list;
    for (const auto& [at, type] : hints) list.add(at, type);
    list.collapse(0, path, count);
    std::string out;
    for (const auto& hint : list.sorted())
      out += std::string(hint.path) + "=" + std::string(hint.type) + " ";
    return out;
  };
  EXPECT_EQ(collapsed({{"a[0]", "SS"}, {"a[1]", "SS"}}, 2), "a[]=SS ");
  EXPECT_EQ(collapsed({{"a[0].y", "B"}, {"a[0].x", "A"}, {"a[1].x", "A"}, {"a[1].y", "B"}}, 2),
            "a[].x=A a[].y=B ");
  EXPECT_EQ(collapsed({{"a[0]", "SS"}, {"a[1]", "NS"}}, 2), "a[0]=SS a[1]=NS ");
  EXPECT_EQ(collapsed({{"a[0]", "SS"}, {"a[2]", "SS"}}, 3), "a[0]=SS a[2]=SS ");
  EXPECT_EQ(collapsed({{"a[0].x", "A"}, {"a[0].y", "A"}}, 2), "a[0].x=A a[0].y=A ");
  EXPECT_EQ(collapsed({{"a[0]", "SS"}}, 1), "a[0]=SS ");
  EXPECT_EQ(collapsed({}, 5), "");
}

}  // namespace
}  // namespace crossfade::codec
