#include "tests/unit/protocol/scenario.h"

namespace crossfade::protocol {
namespace {

const char* name_of(StepKind kind) {
  switch (kind) {
    case StepKind::put_item:
      return "application puts item";
    case StepKind::update_item:
      return "application updates item";
    case StepKind::carry_token:
      return "application puts item with a former token";
    case StepKind::undo_item:
      return "application brings back a former item";
    case StepKind::copy_item:
      return "application copies item from another key";
    case StepKind::delete_item:
      return "application deletes item";
    case StepKind::put_document:
      return "application puts document";
    case StepKind::delete_document:
      return "application deletes document";
    case StepKind::capture_stream:
      return "forward captures one record";
    case StepKind::prepare:
      return "forward prepares a batch";
    case StepKind::commit:
      return "forward commits";
    case StepKind::capture_documents:
      return "backward captures one event";
    case StepKind::work:
      return "backward works";
    case StepKind::store_checkpoint:
      return "backward stores its checkpoint";
    case StepKind::lose_reply:
      return "a reply is lost";
    case StepKind::lose_request:
      return "a request is under way, its reply is lost";
    case StepKind::land:
      return "a late write arrives";
    case StepKind::commit_zombie:
      return "the transaction of a dead process commits";
    case StepKind::crash:
      return "crash";
    case StepKind::crash_sending:
      return "crash with a write under way";
    case StepKind::stop:
      return "stop and start";
  }
  return "";
}

}  // namespace

std::string to_string(const Step& step) {
  return std::string(name_of(step.kind)) + " (key " + std::to_string(step.key) + ", " +
         std::to_string(step.n) + ")";
}

}  // namespace crossfade::protocol
