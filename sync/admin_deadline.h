#pragma once

#include "common/async/task_group.h"
#include "sync/admin_routes.h"

namespace crossfade::sync {

/// The answer of the routes, or 504 when it did not come within `limit`, except from a route that
/// waits by its nature. What was begun goes on in `group` and ends by itself; the routes outlive
/// it.
Task<AdminReply> answer_within(AdminRoutes& routes, AdminRequest request, Milliseconds limit,
                               TaskGroup& group);

}  // namespace crossfade::sync
