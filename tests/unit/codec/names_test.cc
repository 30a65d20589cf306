#include "common/codec/names.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace crossfade::codec {
namespace {

struct Row {
  std::string attribute;
  std::string top;
  std::string nested;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {"name", "name", "name"},
      {"a.b", "a%2Eb", "a%2Eb"},
      {"$x", "%24x", "%24x"},
      {"a$b", "a$b", "a$b"},
      {"100%", "100%", "100%"},
      {"%", "%", "%"},
      {"%2", "%2", "%2"},
      {"%.", "%%2E", "%%2E"},
      {"a%2Eb", "a%252Eb", "a%252Eb"},
      {"a%2eb", "a%2eb", "a%2eb"},
      {"a%24b", "a%2524b", "a%2524b"},
      {"%25", "%2525", "%2525"},
      {std::string("a\0b", 3), "a%00b", "a%00b"},
      {"_id", "%5Fid", "_id"},
      {"%5Fid", "%255Fid", "%5Fid"},
      {"%255Fid", "%25255Fid", "%25255Fid"},
      {"a%5Fb", "a%5Fb", "a%5Fb"},
      {"_crossfade", "_crossfade", "_crossfade"},
      {"aws:rep:updatetime", "aws:rep:updatetime", "aws:rep:updatetime"},
  };
  return table;
}

std::string decoded(const Names& names, const std::string& field, bool top_level) {
  const Names::Decoded result = names.decode(field, top_level);
  return result.form == Names::Form::decoded ? result.name : field;
}

TEST(Names, AreEncodedWhereMongoDbNeedsIt) {
  const Names names(false);
  for (const Row& row : rows()) {
    EXPECT_EQ(names.encode(row.attribute, true).value_or(row.attribute), row.top);
    EXPECT_EQ(names.encode(row.attribute, false).value_or(row.attribute), row.nested);
    EXPECT_EQ(decoded(names, row.top, true), row.attribute);
    EXPECT_EQ(decoded(names, row.nested, false), row.attribute);
  }
}

TEST(Names, OfNoAttributeStandAsTheyAre) {
  const Names names(false);
  for (const std::string field : {"a.b", "$x", "a%24b", "%00.", "x%2E$."})
    EXPECT_EQ(names.decode(field, false).form, Names::Form::raw) << field;
  EXPECT_EQ(names.decode("%255Fid", false).form, Names::Form::raw);
  EXPECT_EQ(names.decode("a$b", false).form, Names::Form::same);
  EXPECT_EQ(names.decode("100%", true).form, Names::Form::same);
}

TEST(Names, RawDotsStay) {
  const Names names(true);
  EXPECT_EQ(names.encode("a.b", true), "a.b");
  EXPECT_EQ(names.encode("a%2Eb", true), "a%2Eb");
  EXPECT_EQ(names.encode("$x.y", true), "%24x.y");
  EXPECT_EQ(names.decode("a.b", true).form, Names::Form::same);
  EXPECT_EQ(names.decode("a%2Eb", true).form, Names::Form::same);
}

rc::Gen<std::string> spiteful_name() {
  const auto piece = rc::gen::element<std::string>("a", ".", "$", "%", "%2E", "%24", "%25", "%00",
                                                   "%5F", "_id", "5", "2E", std::string(1, '\0'));
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece),
                      [](const std::vector<std::string>& pieces) {
                        std::string name;
                        for (const std::string& text : pieces) name += text;
                        return name;
                      });
}

RC_GTEST_PROP(Names, ComeBack, ()) {
  const bool raw_dots = *rc::gen::arbitrary<bool>();
  const bool top_level = *rc::gen::arbitrary<bool>();
  const std::string attribute = *spiteful_name();
  const Names names(raw_dots);
  const std::string field = names.encode(attribute, top_level).value_or(attribute);
  RC_ASSERT(decoded(names, field, top_level) == attribute);
  RC_ASSERT(names.decode(field, top_level).form != Names::Form::raw);
  RC_ASSERT(field.find('\0') == std::string::npos);
  RC_ASSERT(raw_dots || field.find('.') == std::string::npos);
  RC_ASSERT(field.empty() || field[0] != '$');
}

}  // namespace
}  // namespace crossfade::codec
