#pragma once

#include <memory>
#include <string>

#include "common/dynamo/caller.h"
#include "common/dynamo/client.h"

namespace crossfade::dynamo {

/// What the groups of calls (calls_*.cc) share.
struct Client::Impl {
  Environment environment;  ///< outlives the providers of the caller
  std::unique_ptr<Caller> caller;

  Task<Result<std::string>> read(Service service, std::string_view operation, std::string resource,
                                 std::string body);
  Task<Result<void>> change_table(std::string_view operation, std::string body);
  Task<Result<WriteOutcome>> write_item(std::string_view operation, const std::string& table,
                                        std::string body, MaySend may_send);
};

}  // namespace crossfade::dynamo
