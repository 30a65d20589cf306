#pragma once

#include <string>
#include <vector>

#include "common/base/result.h"
#include "rollout/groups.h"
#include "sync/status.h"

namespace crossfade::sync {

/// Bodies of requests. Everything is checked here: unknown members, types, ranges and lengths; the
/// error is Fault::invalid with one sentence that names the member.

/// Who wants it and why, of every changing request. `who` may be left out, `reason` only where it
/// says so.
struct Statement {
  std::string who;
  std::string reason;
  bool dry_run = false;
};

Result<rollout::MoveRequest> move_request(rollout::Verb verb, const std::string& body);
/// The same request as one line, as the command line would say it; long lists are cut.
std::string to_line(const rollout::MoveRequest& request);

/// `lease_ms` of 1 to 60 seconds, `wait_ms` of at most 60 seconds.
Result<rollout::LeaseRequest> lease_request(const std::string& client, const std::string& body);
/// `{"reads":[...]}`, at most kShadowReads of them, or one by itself.
inline constexpr std::size_t kShadowReads = 100;
Result<std::vector<rollout::ShadowRead>> shadow_reads(const std::string& body);
Result<Statement> statement(const std::string& body);
/// `id` is that of the path.
Result<Resolution> resolution(const std::string& id, const std::string& body);

}  // namespace crossfade::sync
