#include "rollout/groups.h"

namespace crossfade::rollout {

std::string_view to_string(MoveAnswer::Kind kind) {
  switch (kind) {
    case MoveAnswer::Kind::done:
      return "done";
    case MoveAnswer::Kind::planned:
      return "planned";
    case MoveAnswer::Kind::unmet:
      return "unmet";
    case MoveAnswer::Kind::undone:
      return "undone";
    case MoveAnswer::Kind::completing:
      return "completing";
    case MoveAnswer::Kind::refused:
      return "refused";
  }
  return "";
}

}  // namespace crossfade::rollout
