#include "backward/session_book.h"

namespace crossfade::backward {

Result<void> SessionBook::look_up(mongo::Client& client, const std::vector<std::string>& ids) {
  for (const std::string& id : ids) {
    TRY(const bool ours, writers_.contains(client, id));
    if (genuine_.size() >= kMostGenuine) genuine_.clear();
    (ours ? ours_ : genuine_).insert(id);
  }
  return {};
}

}  // namespace crossfade::backward
