#include "common/mongo/uri.h"

#include <gtest/gtest.h>
#include <mongoc/mongoc.h>

namespace crossfade::mongo {
namespace {

Uri parsed(const std::string& text) {
  PoolOptions options;
  options.uri = text;
  auto uri = parse_uri(options);
  return uri ? std::move(uri).value() : nullptr;
}

TEST(Uri, WhatCorrectnessNeedsHoldsWhateverTheStringSays) {
  for (const char* text : {"mongodb://127.0.0.1/",
                           "mongodb://127.0.0.1/?w=1&retryWrites=false&"
                           "readPreference=secondary&readConcernLevel=snapshot"}) {
    const Uri uri = parsed(text);
    ASSERT_TRUE(uri);
    EXPECT_TRUE(mongoc_write_concern_get_wmajority(mongoc_uri_get_write_concern(uri.get())));
    EXPECT_TRUE(mongoc_uri_get_option_as_bool(uri.get(), MONGOC_URI_RETRYWRITES, false));
    EXPECT_EQ(mongoc_read_prefs_get_mode(mongoc_uri_get_read_prefs_t(uri.get())),
              MONGOC_READ_PRIMARY);
    EXPECT_EQ(mongoc_read_concern_get_level(mongoc_uri_get_read_concern(uri.get())), nullptr);
  }
}

TEST(Uri, TimesAndNameAreSetWhereTheStringLeavesThemOpen) {
  const Uri open = parsed("mongodb://127.0.0.1/");
  ASSERT_TRUE(open);
  EXPECT_EQ(mongoc_uri_get_option_as_int32(open.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 0),
            5'000);
  EXPECT_EQ(mongoc_uri_get_option_as_int32(open.get(), MONGOC_URI_SOCKETTIMEOUTMS, 0), 60'000);
  EXPECT_STREQ(mongoc_uri_get_appname(open.get()), "crossfade");
  const Uri given =
      parsed("mongodb://127.0.0.1/?socketTimeoutMS=7&serverSelectionTimeoutMS=8&appName=x");
  ASSERT_TRUE(given);
  EXPECT_EQ(mongoc_uri_get_option_as_int32(given.get(), MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 0), 8);
  EXPECT_EQ(mongoc_uri_get_option_as_int32(given.get(), MONGOC_URI_SOCKETTIMEOUTMS, 0), 7);
  EXPECT_STREQ(mongoc_uri_get_appname(given.get()), "x");
}

}  // namespace
}  // namespace crossfade::mongo
