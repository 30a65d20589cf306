#include "tests/live/mongo_fixture.h"

namespace crossfade::mongo {
namespace {

class MongoStream : public MongoTest {};

TEST_F(MongoStream, Smoke) {
  auto stream = watch();
  write({Op::insert(1, 1)});
  EXPECT_EQ(events(stream, 1).size(), 1U);
}

}  // namespace
}  // namespace crossfade::mongo
