#include "tests/unit/control/table_fixture.h"

#include <nlohmann/json.hpp>

namespace crossfade::control {

Reply answer(const json& body) {
  return {.body = body.dump()};
}

Reply refusal(const std::string& code) {
  return refusal(code, json::object());
}

Reply refusal(const std::string& code, const json& more) {
  json body = {{"__type", "com.amazonaws.dynamodb.v20120810#" + code}, {"message", "said"}};
  body.update(more);
  return {.status = 400, .body = body.dump()};
}

Reply lost() {
  return {.act = Reply::Act::close};
}

json TableTest::sent(std::size_t index) {
  return json::parse(server.received().at(index).body);
}

std::string TableTest::operation(std::size_t index) {
  const std::string target = server.received().at(index).header("x-amz-target");
  return target.substr(target.find('.') + 1);
}

}  // namespace crossfade::control
