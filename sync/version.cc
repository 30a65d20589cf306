#include "sync/version.h"

namespace crossfade::sync {

std::string version() {
  return CROSSFADE_VERSION;
}

}  // namespace crossfade::sync
