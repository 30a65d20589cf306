#include "sync/changing_call.h"

#include <fmt/core.h>

#include <array>
#include <nlohmann/json.hpp>
#include <ostream>

#include "sync/admin_reply.h"

namespace crossfade::sync {
namespace {

using Json = nlohmann::json;

constexpr int kRepeats = 5;
constexpr Milliseconds kBetweenRepeats{1'000};

struct OutcomeCode {
  std::string_view outcome;
  Exit code;
};

constexpr std::array kOutcomes = {
    OutcomeCode{"done", kOk},          OutcomeCode{"planned", kOk},
    OutcomeCode{"unmet", kGuardUnmet}, OutcomeCode{"undone", kUndone},
    OutcomeCode{"refused", kRefused},  OutcomeCode{"completing", kCompleting},
};

std::string member_of(const AdminAnswer& answer, const char* name) {
  const Json json = Json::parse(answer.body, nullptr, false);
  const auto found = json.is_object() ? json.find(name) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Exit code_of(const AdminAnswer& answer) {
  const std::string outcome = member_of(answer, "outcome");
  for (const OutcomeCode& one : kOutcomes) {
    if (one.outcome == outcome) return one.code;
  }
  if (answer.status < 300) return kOk;
  return answer.status == 409 ? kRefused : kFailed;
}

/// The service runs this very call, sent before its answer was lost.
bool still_runs(const AdminAnswer& answer) {
  return answer.status == 409 && member_of(answer, "outcome") == "running";
}

/// The service was restarted under this call.
bool was_cut_off(const AdminAnswer& answer) {
  return answer.status == 409 && member_of(answer, "outcome") == "unknown";
}

Error lost(const ChangingCall& call, std::string detail) {
  Error error = fail(
      Fault::transient,
      fmt::format("The connection to the service was lost while \"{}\" ran, and it is not known "
                  "what came of it; \"crossfade why\" tells where the group stands.",
                  call.what),
      std::move(detail));
  error.outcome_unknown = true;
  return error;
}

Result<AdminAnswer> send_once(AdminClient& client, const ChangingCall& call) {
  return call.watch ? client.send(call.call, call.limit, *call.watch)
                    : client.send(call.call, call.limit);
}

}  // namespace

Result<AdminAnswer> send_to_its_end(AdminClient& client, const ChangingCall& call,
                                    const CliContext& context) {
  int repeats = 0;
  while (true) {
    auto answer = send_once(client, call);
    if (answer && was_cut_off(*answer)) return lost(call, answer->body);
    if (answer && !still_runs(*answer)) return answer;
    const bool never_sent = !answer && answer.error().fault == Fault::unavailable && repeats == 0;
    if (never_sent) return answer;
    if (!answer && ++repeats > kRepeats) return lost(call, answer.error().message);
    if (!answer) {
      context.err << fmt::format(
          "crossfade: the connection was lost while \"{}\" runs; asking again under the same key "
          "({} of {}). \"crossfade why\" shows where it stands.\n",
          call.what, repeats, kRepeats);
    }
    if (!context.pause(kBetweenRepeats)) return lost(call, "");
  }
}

int tell_answer(const CliContext& context, bool json, const AdminAnswer& answer,
                const std::string& text) {
  const Exit code = code_of(answer);
  const bool is_outcome = !member_of(answer, "outcome").empty();
  if (json && (is_outcome || answer.status == 200)) {
    context.out << answer.body << "\n";
    return code;
  }
  std::string sentence = member_of(answer, answer.status < 400 ? "sentence" : "detail");
  if (sentence.empty())
    sentence = fmt::format("the service answered with status {}", answer.status);
  if (code != kOk) {
    tell_error(context, json, sentence, code);
  } else {
    context.out << sentence << "\n";
  }
  if (!json) context.out << text;
  return code;
}

}  // namespace crossfade::sync
