#include "sync/groups_progress.h"

#include <nlohmann/json.hpp>
#include <ostream>

namespace crossfade::sync {

void GroupsProgress::seen(const AdminAnswer& answer) {
  const auto group = nlohmann::json::parse(answer.body, nullptr, false);
  if (!group.is_object()) return;
  const auto handoff = group.find("handoff");
  if (handoff == group.end() || !handoff->is_object()) return;
  const auto step = handoff->find("step");
  if (step == handoff->end() || !step->is_string() || *step == step_) return;
  step_ = step->get<std::string>();
  err_ << "  " << step_ << " ..." << std::endl;
}

}  // namespace crossfade::sync
