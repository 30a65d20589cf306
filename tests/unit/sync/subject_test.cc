#include "sync/subject.h"

#include <gtest/gtest.h>

namespace crossfade::sync {
namespace {

/// Keys of a table with the hash attribute pk (S) and the sort attribute sk (N).
class SubjectOf : public ::testing::Test {
 protected:
  static codec::MappingOptions options() {
    codec::MappingOptions out;
    out.key.hash = {"pk", codec::KeyType::text};
    out.key.sort = codec::KeyAttribute{"sk", codec::KeyType::number};
    return out;
  }

  Key key(const std::string& pk) const {
    const auto document = mapper.to_document(R"({"pk":{"S":")" + pk + R"("},"sk":{"N":"7"}})");
    EXPECT_TRUE(document);
    return document ? document->key : Key();
  }

  std::optional<std::string> with(const std::string& pattern, const std::string& pk) const {
    return Subject("pk", pattern).of(mapper, key(pk));
  }

  codec::Mapper mapper{options()};
};

TEST_F(SubjectOf, WithoutAnAttributeThereIsNone) {
  EXPECT_EQ(Subject().of(mapper, key("USER#a")), std::nullopt);
  EXPECT_EQ(Subject("", "USER#(.*)").of(mapper, key("USER#a")), std::nullopt);
  EXPECT_EQ(Subject("other", "").of(mapper, key("USER#a")), std::nullopt);
  EXPECT_EQ(Subject("other", "(.*)").of(mapper, key("USER#a")), std::nullopt);
}

TEST_F(SubjectOf, WithoutAPatternItIsTheWholeText) {
  EXPECT_EQ(with("", "USER#a"), "USER#a");
  EXPECT_EQ(Subject("sk", "").of(mapper, key("USER#a")), "7");
}

TEST_F(SubjectOf, TheGroupOfThePatternIsTheSubject) {
  EXPECT_EQ(with("USER#(.*)", "USER#zo\u00eb"), "zo\u00eb");
  EXPECT_EQ(with("USER#(.*)", "USER#"), "");
  EXPECT_EQ(with("([^#]*)#ORDER#(?:[0-9]+)", "ann#ORDER#12"), "ann");
  EXPECT_EQ(Subject("sk", "([0-9])").of(mapper, key("x")), "7");
}

TEST_F(SubjectOf, ThePatternMatchesAsAWholeOrNotAtAll) {
  EXPECT_EQ(with("USER#(.*)", "CART#a"), std::nullopt);
  EXPECT_EQ(with("USER#(.*)", "a USER#a"), std::nullopt);
  EXPECT_EQ(with("USER#(a)", "USER#ab"), std::nullopt);
  EXPECT_EQ(with("USER#(.*)", "user#a"), std::nullopt);
}

TEST_F(SubjectOf, APatternThatIsNoneGivesNobodyASubject) {
  EXPECT_EQ(with("USER#(", "USER#a"), std::nullopt);
}

TEST(SubjectPattern, HasExactlyOneGroup) {
  EXPECT_EQ(subject_pattern_fault(""), "");
  EXPECT_EQ(subject_pattern_fault("USER#(.*)"), "");
  EXPECT_EQ(subject_pattern_fault("(?:A|B)#(?P<who>.*)"), "");
  for (const char* bad : {"(", "USER#.*", "(.)(.)", "(?=x)(.)"}) {
    EXPECT_NE(subject_pattern_fault(bad), "") << bad;
  }
}

}  // namespace
}  // namespace crossfade::sync
