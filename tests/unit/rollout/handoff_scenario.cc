#include "tests/unit/rollout/handoff_scenario.h"

namespace crossfade::rollout {
namespace {

const char* name_of(StepKind kind) {
  switch (kind) {
    case StepKind::come:
      return "client is stored";
    case StepKind::ask:
      return "client acknowledges and asks for the rules";
    case StepKind::write:
      return "client sends a write";
    case StepKind::land:
      return "client's write takes effect";
    case StepKind::expire:
      return "client's lease ends";
    case StepKind::count:
      return "the service knows that the client's lease has ended";
    case StepKind::begin:
      return "a hand-off begins";
    case StepKind::obey:
      return "the service obeys";
    case StepKind::fail:
      return "the command fails";
    case StepKind::lose_reply:
      return "the reply is lost";
    case StepKind::lose_request:
      return "the request is under way, its reply is lost";
    case StepKind::spend:
      return "the budget is spent";
    case StepKind::capture:
      return "a record is captured";
    case StepKind::apply:
      return "a record is applied";
    case StepKind::apply_late:
      return "a record is applied, its write may land again";
    case StepKind::recover:
      return "recover";
    case StepKind::crash:
      return "crash";
    case StepKind::crash_obeyed:
      return "crash after the command took effect";
    case StepKind::crash_sending:
      return "crash with the command's write under way";
    case StepKind::restart:
      return "restart";
    case StepKind::take_over:
      return "a second process takes over";
    case StepKind::arrive:
      return "a late request reaches the control table";
    case StepKind::land_late:
      return "a late write of the backward apply lands";
    case StepKind::settle:
      return "late writes are over";
    case StepKind::hold_back:
      return "the stream holds its newest record back";
    case StepKind::mongodb_gone:
      return "MongoDB is gone";
    case StepKind::mongodb_back:
      return "MongoDB is back";
  }
  return "";
}

}  // namespace

std::string to_string(const Step& step) {
  return std::string(name_of(step.kind)) + " (" + std::to_string(step.who) + ", " +
         std::to_string(step.what) + ")";
}

}  // namespace crossfade::rollout
