#include "sync/violation_commands.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/changing_call.h"

namespace crossfade::sync {
namespace {

using Json = nlohmann::ordered_json;

constexpr Milliseconds kAnswerWithin{60'000};

std::string dumped(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string path_of(const CliArguments& arguments) {
  return "/v1/violations/" + url_encoded(arguments.id);
}

}  // namespace

int show_violation_command(const CliContext& context, const CliArguments& arguments,
                           const AdminConfig& admin) {
  AdminClient client(admin);
  const auto answer = client.get(path_of(arguments), kAnswerWithin);
  if (!answer) return tell_error(context, arguments.json, answer.error().message);
  const auto body = body_of(*answer);
  if (!body) return tell_error(context, arguments.json, body.error().message);
  const Json document = Json::parse(*body, nullptr, false);
  context.out << (arguments.json ? *body : dumped(document, 2)) << "\n";
  return kOk;
}

int resolve_violation_command(const CliContext& context, const CliArguments& arguments,
                              const AdminConfig& admin) {
  AdminClient client(admin);
  const GroupArguments& given = arguments.of_group;
  if (given.reason.empty() && !given.dry_run)
    return tell_error(context, arguments.json, "--reason is required; see crossfade --help");
  Json body = {{"take", arguments.take},
               {"who", given.who.empty() ? context.who : given.who},
               {"reason", given.reason}};
  if (given.dry_run) body["dry_run"] = true;
  ChangingCall call;
  call.what = "violations resolve";
  call.call = {"POST", path_of(arguments) + "/resolve", dumped(body), context.new_id()};
  const auto answer = send_to_its_end(client, call, context);
  if (!answer) return tell_error(context, arguments.json, answer.error().message);
  return tell_answer(context, arguments.json, *answer);
}

}  // namespace crossfade::sync
