#include "sync/groups_commands.h"

#include <fmt/core.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/changing_call.h"
#include "sync/groups_progress.h"
#include "sync/groups_text.h"
#include "sync/groups_which.h"

namespace crossfade::sync {
namespace {

using Json = nlohmann::ordered_json;

constexpr Milliseconds kAnswerWithin{10'000};
constexpr Milliseconds kBeyondBudget{60'000};
constexpr Milliseconds kDefaultBudget{5'000};
constexpr Milliseconds kRecoverWithin = std::chrono::hours(1);  ///< it takes what it needs
constexpr std::size_t kLargestList = 1U << 20;

struct MoveName {
  Verb verb;
  const char* name;  ///< of the route
};

constexpr std::array kMoves = {
    MoveName{Verb::ramp, "ramp"},       MoveName{Verb::rollback, "rollback"},
    MoveName{Verb::recover, "recover"}, MoveName{Verb::complete, "complete"},
    MoveName{Verb::cancel, "cancel"},
};

struct Question {
  Verb verb;
  const char* path;
  std::string (*text)(std::string_view);
};

constexpr std::array kQuestions = {
    Question{Verb::next, "next", next_text},
    Question{Verb::why, "why", why_text},
    Question{Verb::rules, "rules", rules_text},
    Question{Verb::versions, "versions", versions_text},
    Question{Verb::clients, "clients", clients_text},
    Question{Verb::audit, "audit", audit_text},
};

Result<std::vector<std::string>> lines_of(const std::string& file) {
  std::ifstream in(file);
  if (!in) return fail(Fault::invalid, "cannot read the subjects in " + file);
  std::vector<std::string> lines;
  std::size_t bytes = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    bytes += line.size();
    if (bytes > kLargestList) {
      return fail(Fault::invalid, "the subjects in " + file + " are more than 1 MiB");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string who_of(const CliContext& context, const GroupArguments& arguments) {
  return arguments.who.empty() ? context.who : arguments.who;
}

Result<std::vector<std::string>> allowed_by(const GroupArguments& given) {
  std::vector<std::string> allow = given.allow;
  if (given.allow_file.empty()) return allow;
  TRY(const std::vector<std::string> more, lines_of(given.allow_file));
  allow.insert(allow.end(), more.begin(), more.end());
  return allow;
}

Json body_of_move(const CliContext& context, const GroupArguments& given,
                  const std::vector<std::string>& allow) {
  Json body = {{"who", who_of(context, given)}, {"reason", given.reason}};
  if (given.to) body["percent"] = *given.to;
  if (!allow.empty()) body["allow"] = allow;
  if (!given.deny.empty()) body["deny"] = given.deny;
  if (!given.unlist.empty()) body["unlist"] = given.unlist;
  if (!given.overrides.empty()) body["override"] = given.overrides;
  if (given.unplanned) body["unplanned"] = true;
  if (given.dry_run) body["dry_run"] = true;
  if (given.budget) body["budget_ms"] = given.budget->count();
  if (given.verify != "recent") body["verify"] = given.verify;
  return body;
}

std::string dumped(const Json& body) {
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What came of a call whose answer stayed lost: past the journal the service completes it.
int tell_lost(const CliContext& context, bool json, AdminClient& client, const std::string& path,
              const Error& error) {
  const auto answer = client.get(path, kAnswerWithin);
  Json group;
  if (answer && answer->status == 200) group = Json::parse(answer->body, nullptr, false);
  const Json::json_pointer past_journal("/handoff/past_journal");
  const bool completing = group.is_object() && group.value("handoff", Json()).is_object() &&
                          group.value(past_journal, false);
  if (!completing) return tell_error(context, json, error.message);
  return tell_error(context, json,
                    "The connection to the service was lost; the journal is written, and the "
                    "service completes the hand-off without anybody.",
                    kCompleting);
}

/// One verb of one group, asked for by a person.
class Move {
 public:
  Move(const CliContext& context, const CliArguments& arguments, AdminClient& client)
      : context_(context), arguments_(arguments), client_(client), progress_(context.err) {}

  int perform();

 private:
  ChangingCall call(const Json& body);
  int send(const Json& body);
  /// To a person an unplanned rollback first says what is at risk, and does nothing yet; an exit
  /// code when it cannot be done at all.
  std::optional<int> warn(Json body);

  const CliContext& context_;
  const CliArguments& arguments_;
  AdminClient& client_;
  GroupsProgress progress_;
  std::string path_;
};

int Move::perform() {
  const bool json = arguments_.json;
  if (arguments_.of_group.reason.empty() && !arguments_.of_group.dry_run) {
    return tell_error(context_, json, "--reason is required; see crossfade --help");
  }
  const auto allow = allowed_by(arguments_.of_group);
  if (!allow) return tell_error(context_, json, allow.error().message);
  auto path = group_path(client_, arguments_.of_group);
  if (!path) return tell_error(context_, json, path.error().message);
  path_ = std::move(*path);
  const Json body = body_of_move(context_, arguments_.of_group, *allow);
  if (arguments_.of_group.unplanned && !arguments_.of_group.dry_run && !json) {
    if (const auto hopeless = warn(body)) return *hopeless;
  }
  return send(body);
}

ChangingCall Move::call(const Json& body) {
  const auto name = std::ranges::find(kMoves, arguments_.verb, &MoveName::verb)->name;
  ChangingCall out;
  out.what = name;
  out.call = {"POST", fmt::format("{}/{}", path_, name), dumped(body), context_.new_id()};
  const bool recover = arguments_.verb == Verb::recover;
  out.limit = recover ? kRecoverWithin
                      : arguments_.of_group.budget.value_or(kDefaultBudget) + kBeyondBudget;
  if (context_.err_terminal) {
    out.watch.emplace();
    out.watch->target = path_;
    out.watch->seen = [this](const AdminAnswer& answer) { progress_.seen(answer); };
  }
  return out;
}

int Move::send(const Json& body) {
  const auto answer = send_to_its_end(client_, call(body), context_);
  if (answer) return tell_answer(context_, arguments_.json, *answer, move_text(answer->body));
  if (answer.error().outcome_unknown) {
    return tell_lost(context_, arguments_.json, client_, path_, answer.error());
  }
  return tell_error(context_, arguments_.json, answer.error().message);
}

std::optional<int> Move::warn(Json body) {
  body["dry_run"] = true;
  const auto answer = client_.send(call(body).call, kAnswerWithin);
  if (!answer) return tell_error(context_, arguments_.json, answer.error().message);
  if (answer->status != 200) {
    return tell_answer(context_, arguments_.json, *answer, move_text(answer->body));
  }
  const Json plan = Json::parse(answer->body, nullptr, false);
  context_.err << plan.value("sentence", "") << "\n" << move_text(answer->body) << std::flush;
  return std::nullopt;
}

}  // namespace

int move_command(const CliContext& context, const CliArguments& arguments,
                 const AdminConfig& admin) {
  AdminClient client(admin);
  return Move(context, arguments, client).perform();
}

int group_command(const CliContext& context, const CliArguments& arguments,
                  const AdminConfig& admin) {
  AdminClient client(admin);
  auto path = group_path(client, arguments.of_group);
  if (!path && path.error().fault == Fault::not_found && arguments.verb == Verb::audit) {
    path = std::string("/v1");  // what there is of links without a group
  }
  if (!path) return tell_error(context, arguments.json, path.error().message);
  const auto& question = *std::ranges::find(kQuestions, arguments.verb, &Question::verb);
  const bool listing = arguments.verb == Verb::versions || arguments.verb == Verb::audit;
  const std::string limit = listing ? fmt::format("?limit={}", arguments.limit) : "";
  const auto answer =
      client.get(fmt::format("{}/{}{}", *path, question.path, limit), kAnswerWithin);
  if (!answer) return tell_error(context, arguments.json, answer.error().message);
  const auto body = body_of(*answer);
  if (!body) return tell_error(context, arguments.json, body.error().message);
  context.out << (arguments.json ? *body + "\n" : question.text(*body));
  return kOk;
}

int forget_client_command(const CliContext& context, const CliArguments& arguments,
                          const AdminConfig& admin) {
  AdminClient client(admin);
  const auto path = group_path(client, arguments.of_group);
  if (!path) return tell_error(context, arguments.json, path.error().message);
  const GroupArguments& given = arguments.of_group;
  Json body = {{"who", who_of(context, given)}, {"reason", given.reason}};
  if (given.dry_run) body["dry_run"] = true;
  ChangingCall call;
  call.what = "rollout clients --forget";
  call.call = {"DELETE", fmt::format("{}/clients/{}", *path, url_encoded(given.client)),
               dumped(body), context.new_id()};
  const auto answer = send_to_its_end(client, call, context);
  if (!answer) return tell_error(context, arguments.json, answer.error().message);
  return tell_answer(context, arguments.json, *answer);
}

}  // namespace crossfade::sync
