#include "common/codec/settle.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/unit/codec/samples.h"

namespace crossfade::codec {
namespace {

using testing::bson_of;
using testing::hash_only;
using testing::shown;

const std::string kNone = "none";
const std::string kUnknown = "unknown";

/// `{_id: 1, pk: 1}` with more fields.
std::optional<std::string> image(const std::string& fields) {
  if (fields == kNone) return std::nullopt;
  const std::string more = fields.empty() ? "" : ", " + fields;
  return bson_of(R"({"_id": "k", "pk": "k")" + more + "}");
}

struct Images {
  std::string before;
  std::string after;
  std::string present;
};

Conflict conflict_of(const Images& images) {
  Conflict out;
  if (images.before != kUnknown) out.before = Former{image(images.before)};
  out.after = image(images.after);
  out.present = image(images.present);
  return out;
}

std::string text_of(const Ruling& ruling) {
  const std::string value = ruling.value ? shown(*ruling.value) : kNone;
  return std::string(to_string(ruling.outcome)) +
         (ruling.outcome == Outcome::restored ? "" : " " + value);
}

std::string with(Outcome outcome, const std::string& fields) {
  return std::string(to_string(outcome)) + " " + (fields == kNone ? kNone : shown(*image(fields)));
}

class SettleTest : public ::testing::Test {
 protected:
  std::string settled(ConflictPolicy policy, const Images& images) {
    return text_of(settle(mapper, policy, conflict_of(images)));
  }
  std::string merged(const Images& images) { return settled(ConflictPolicy::merge, images); }
  std::string last(const Images& images, std::optional<Span> made, std::optional<Span> owner) {
    Conflict conflict = conflict_of(images);
    conflict.made_at = made;
    conflict.authority_at = owner;
    return text_of(settle(mapper, ConflictPolicy::last_writer_wins, conflict));
  }

  Mapper mapper{[] {
    MappingOptions options = hash_only();
    options.synced_field = "synced";
    return options;
  }()};
};

TEST_F(SettleTest, TheAuthorityWinsWhateverHappened) {
  const Images causal{R"("a": 1)", R"("a": 2)", R"("a": 1)"};
  EXPECT_EQ(settled(ConflictPolicy::authority, causal), "restored");
}

TEST_F(SettleTest, DisjointAttributesAreMerged) {
  const std::vector<std::pair<Images, std::string>> cases = {
      {{R"("a": 1, "b": 1)", R"("a": 2, "b": 1)", R"("a": 1, "b": 3)"}, R"("b": 3, "a": 2)"},
      {{R"("a": 1)", R"("a": 1, "c": 2)", R"("a": 5)"}, R"("a": 5, "c": 2)"},
      {{R"("a": 1, "b": 1)", R"("a": 1)", R"("a": 7, "b": 1)"}, R"("a": 7)"},
      {{R"("a": 1)", R"("a": 2)", R"("a": 1)"}, R"("a": 2)"},
      {{R"("a": 1)", R"("a": 2)", R"("b": 9, "a": 1)"}, R"("b": 9, "a": 2)"},
      {{R"("a": {"x": 1}, "b": 1)", R"("a": {"x": 2}, "b": 1)", R"("a": {"x": 1}, "b": 2)"},
       R"("b": 2, "a": {"x": 2})"},
      {{R"("a": 1, "b": 1)", R"("a": 2, "b": 2)", R"("a": 2, "b": 1)"}, R"("a": 2, "b": 2)"},
  };
  for (const auto& [images, expected] : cases)
    EXPECT_EQ(merged(images), with(Outcome::merged, expected)) << images.after;
}

TEST_F(SettleTest, TheSameAttributesAreNot) {
  EXPECT_EQ(merged({R"("a": 1)", R"("a": 2)", R"("a": 3)"}), "restored");
  EXPECT_EQ(merged({R"("a": 1, "b": 1)", R"("a": 2, "b": 2)", R"("a": 3, "b": 1)"}), "restored");
  EXPECT_EQ(merged({R"("a": 1)", R"("a": 2)", ""}), "restored") << "the owner has removed it";
  EXPECT_EQ(merged({R"("a": 1)", "", R"("a": 3)"}), "restored");
  EXPECT_EQ(
      merged({R"("a": {"x": 1, "y": 1})", R"("a": {"x": 2, "y": 1})", R"("a": {"x": 1, "y": 2})"}),
      "restored")
      << "only attributes on top are told apart";
}

TEST_F(SettleTest, WithoutWhatWasBeforeOrWithADeleteNothingIsMerged) {
  EXPECT_EQ(merged({kUnknown, R"("a": 2)", R"("a": 1)"}), "restored");
  EXPECT_EQ(merged({R"("a": 1)", kNone, R"("a": 1)"}), "restored");
  EXPECT_EQ(merged({R"("a": 1)", R"("a": 2)", kNone}), "restored");
  EXPECT_EQ(merged({kNone, kNone, R"("a": 1)"}), "restored");
}

TEST_F(SettleTest, AnItemThatIsNewIsMergedToo) {
  EXPECT_EQ(merged({kNone, R"("a": 2)", kNone}), with(Outcome::merged, R"("a": 2)"));
  EXPECT_EQ(merged({kNone, R"("a": 2)", R"("b": 1)"}), with(Outcome::merged, R"("b": 1, "a": 2)"));
  EXPECT_EQ(merged({kNone, R"("a": 2)", R"("a": 1)"}), "restored");
}

TEST_F(SettleTest, WhatIsNoDifferenceIsNoChange) {
  EXPECT_EQ(merged({R"("a": 1, "b": 2)", R"("b": 2, "a": 1)", R"("a": 1, "b": 3)"}), "restored");
  EXPECT_EQ(merged({R"("a": 1)", R"("a": {"$numberDouble": "1.0"})", R"("a": 3)"}), "restored");
  EXPECT_EQ(merged({R"("a": 1, "synced": 1)", R"("a": 1, "synced": 2)", R"("a": 1, "b": 1)"}),
            "restored");
  EXPECT_EQ(merged({R"("a": 1)", R"("a": 2)", R"("a": 2)"}), "restored")
      << "the owner's value has it already";
}

TEST_F(SettleTest, TypesThatDoNotShowGoWithTheirAttributes) {
  const std::string present = R"("s": ["x"], "n": 1, "_crossfade": {"t": {"s": "SS"}})";
  const std::string before =
      R"("s": ["x"], "u": ["y"], "_crossfade": {"t": {"s": "SS", "u": "SS"}})";
  const std::string after = R"("s": ["x"], "u": ["y"], "_crossfade": {"t": {"s": "SS"}})";
  EXPECT_EQ(merged({R"("s": ["x"], "_crossfade": {"t": {"s": "SS"}})", before, present}),
            with(Outcome::merged,
                 R"("s": ["x"], "n": 1, "u": ["y"], "_crossfade": {"t": {"s": "SS", "u": "SS"}})"));
  EXPECT_EQ(merged({before, after, before}), with(Outcome::merged, after))
      << "a set has become a list";
}

TEST_F(SettleTest, TheMergedDocumentHasTheIdOfThePresentOne) {
  Conflict conflict = conflict_of({R"("a": 1)", R"("a": 2)", R"("a": 1)"});
  conflict.present = bson_of(R"({"_id": 77, "pk": "k", "a": 1, "z": 1})");
  const Ruling ruling = settle(mapper, ConflictPolicy::merge, conflict);
  ASSERT_TRUE(ruling.value);
  EXPECT_EQ(shown(*ruling.value), shown(bson_of(R"({"_id": 77, "pk": "k", "z": 1, "a": 2})")));
  EXPECT_EQ(ruling.attributes, std::vector<std::string>{"a"});
  conflict.made_at = Span{2, 2};
  conflict.authority_at = Span{1, 1};
  const Ruling kept = settle(mapper, ConflictPolicy::last_writer_wins, conflict);
  ASSERT_TRUE(kept.value);
  EXPECT_EQ(shown(*kept.value), shown(bson_of(R"({"_id": 77, "pk": "k", "a": 2})")));
  EXPECT_EQ(kept.attributes, (std::vector<std::string>{"a", "z"}));
}

TEST_F(SettleTest, NamesThatMongoDbEscapesAreAttributesToo) {
  const std::string before = R"("a%2Eb": 1)";
  Conflict conflict = conflict_of({before, R"("a%2Eb": 2)", R"("a%2Eb": 1, "c": 1)"});
  const Ruling ruling = settle(mapper, ConflictPolicy::merge, conflict);
  EXPECT_EQ(text_of(ruling), with(Outcome::merged, R"("c": 1, "a%2Eb": 2)"));
  EXPECT_EQ(ruling.attributes, std::vector<std::string>{"a.b"});
}

TEST_F(SettleTest, TheLaterChangeWins) {
  const Images crossed{R"("a": 1)", R"("a": 2)", R"("a": 3)"};
  const Images removed{R"("a": 1)", kNone, R"("a": 3)"};
  const Images gone{R"("a": 1)", R"("a": 2)", kNone};
  const Span early{10'000, 10'999};
  const Span late{11'000, 11'000};
  EXPECT_EQ(last(crossed, late, early), with(Outcome::kept, R"("a": 2)"));
  EXPECT_EQ(last(removed, late, early), with(Outcome::kept, kNone));
  EXPECT_EQ(last(gone, late, early), with(Outcome::kept, R"("a": 2)"));
  for (const Images& images : {crossed, removed, gone})
    EXPECT_EQ(last(images, early, late), "restored");
}

TEST_F(SettleTest, TiesAndUnknownTimesAreTheAuthoritys) {
  const Images crossed{R"("a": 1)", R"("a": 2)", R"("a": 3)"};
  const Span second{10'000, 10'999};
  EXPECT_EQ(last(crossed, second, second), "restored");
  EXPECT_EQ(last(crossed, Span{10'500, 10'500}, second), "restored");
  EXPECT_EQ(last(crossed, second, std::nullopt), "restored");
  EXPECT_EQ(last(crossed, std::nullopt, second), "restored");
  EXPECT_EQ(last({kUnknown, R"("a": 2)", R"("a": 1)"}, second, second), "restored");
}

TEST_F(SettleTest, WhatWasMadeOnTheValueThatTheAuthorityHasIsLaterWithoutAClock) {
  const Images on_it{R"("a": 1)", R"("a": 2)", R"("a": 1)"};
  const Images removed{R"("a": 1)", kNone, R"("a": 1)"};
  const Images made{kNone, R"("a": 1)", kNone};
  const Span second{10'000, 10'999};
  for (const auto& [images, value] :
       {std::pair(on_it, R"("a": 2)"), std::pair(removed, "none"), std::pair(made, R"("a": 1)")}) {
    EXPECT_EQ(last(images, std::nullopt, std::nullopt), with(Outcome::kept, value));
    EXPECT_EQ(last(images, second, second), with(Outcome::kept, value));
    EXPECT_EQ(last(images, Span{9'000, 9'000}, second), "restored")
        << "the authority went away from that value and came back to it since";
  }
}

TEST_F(SettleTest, EqualValuesNeedNothing) {
  EXPECT_EQ(last({R"("a": 1)", R"("a": 2)", R"("a": 2)"}, Span{9, 9}, Span{1, 1}), "restored");
  EXPECT_EQ(last({R"("a": 1)", kNone, kNone}, Span{9, 9}, Span{1, 1}), "restored");
}

TEST_F(SettleTest, WhatDynamoDbCannotHoldIsRestored) {
  const std::string large = R"("a": ")" + std::string(300'000, 'x') + R"(")";
  const std::string other = R"("b": ")" + std::string(300'000, 'y') + R"(")";
  EXPECT_EQ(merged({"", large, other}), "restored") << "too large together";
}

TEST_F(SettleTest, AValueHasOneHashOnBothSides) {
  const auto hash = [&](const std::string& fields) { return *value_hash(mapper, image(fields)); };
  EXPECT_EQ(hash(R"("a": 1, "b": 2)"), hash(R"("b": {"$numberLong": "2"}, "a": 1, "synced": 3)"));
  EXPECT_NE(hash(R"("a": 1)"), hash(R"("a": 2)"));
  EXPECT_NE(hash(R"("a": 1)"), hash(kNone));
  EXPECT_FALSE(value_hash(mapper, bson_of(R"({"a": 1})")));
}

/// Whatever both sides did: what is merged has every attribute of the change that it changed, and
/// every other one as the authority has it.
RC_GTEST_PROP(Settle, AMergeTakesEachAttributeFromTheSideThatChangedIt, ()) {
  const Mapper mapper(hash_only());
  const auto small = [] { return *rc::gen::inRange(0, 3); };
  std::string before, after, present;
  std::vector<std::array<int, 3>> values;
  for (const char name : std::string("abcd")) {
    values.push_back({small(), small(), small()});
    const auto add = [&](std::string& out, int value) {
      if (value == 0) return;
      if (!out.empty()) out += ", ";
      out += std::string("\"") + name + "\": " + std::to_string(value);
    };
    add(before, values.back()[0]);
    add(after, values.back()[1]);
    add(present, values.back()[2]);
  }
  const Ruling ruling =
      settle(mapper, ConflictPolicy::merge, conflict_of({before, after, present}));
  bool clash = false;
  bool news = false;
  for (const auto& [old, theirs, owners] : values) {
    clash = clash || (theirs != old && owners != old && theirs != owners);
    news = news || (theirs != old && theirs != owners);
  }
  RC_ASSERT((ruling.outcome == Outcome::merged) == (news && !clash));
  if (ruling.outcome != Outcome::merged) return;
  const DocumentView merged(*ruling.value);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& [old, theirs, owners] = values[i];
    const int expected = theirs != old ? theirs : owners;
    RC_ASSERT(merged.integer(std::string(1, "abcd"[i])).value_or(0) == expected);
  }
}

}  // namespace
}  // namespace crossfade::codec
