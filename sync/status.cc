#include "sync/status.h"

namespace crossfade::sync {
namespace {

Error no_violation(const std::string& id) {
  return fail(Fault::not_found, "There is no violation \"" + id + "\".");
}

}  // namespace

Task<Result<std::string>> ServiceView::violation(std::string id) {
  co_return no_violation(id);
}

Task<Result<std::string>> ServiceView::resolve(Resolution resolution) {
  co_return no_violation(resolution.id);
}

}  // namespace crossfade::sync
