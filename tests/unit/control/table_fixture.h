#pragma once

#include <nlohmann/json_fwd.hpp>

#include "common/control/control_table.h"
#include "tests/unit/control/samples.h"
#include "tests/unit/dynamo/fixture.h"

namespace crossfade::control {

using fakes::Received;
using fakes::Reply;
using nlohmann::json;

Reply answer(const json& body);
/// DynamoDB refuses with `code`; `more` is added to the body.
Reply refusal(const std::string& code);
Reply refusal(const std::string& code, const json& more);
/// The request is read, and nothing comes back.
Reply lost();

/// A control table on a scripted DynamoDB.
class TableTest : public dynamo::DynamoTest {
 protected:
  TableTest() : client(make_client(server.url())), table(*client, "ctl", "eu-west-1") {}

  json sent(std::size_t index);
  std::string operation(std::size_t index);
  std::size_t count() { return server.received().size(); }

  fakes::HttpServer server;
  std::unique_ptr<dynamo::Client> client;
  ControlTable table;
};

}  // namespace crossfade::control
