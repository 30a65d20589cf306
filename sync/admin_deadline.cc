#include "sync/admin_deadline.h"

#include <fmt/core.h>

#include <memory>
#include <optional>

namespace crossfade::sync {
namespace {

struct Pending {
  explicit Pending(const Executor& executor) : answered(executor) {}

  std::optional<AdminReply> reply;
  Signal answered;
};

Task<Result<void>> fulfil(AdminRoutes& routes, AdminRequest request,
                          std::shared_ptr<Pending> pending) {
  pending->reply = co_await routes.answer(std::move(request));
  pending->answered.notify();
  co_return Result<void>();
}

}  // namespace

Task<AdminReply> answer_within(AdminRoutes& routes, AdminRequest request, Milliseconds limit,
                               TaskGroup& group) {
  const Route* const route = routes.table().route_of(request.method, request.target);
  if (route == nullptr || route->pace == Pace::waits) {
    co_return co_await routes.answer(std::move(request));
  }
  const Executor executor = group.stop().executor();
  const auto pending = std::make_shared<Pending>(executor);
  group.start(fulfil(routes, std::move(request), pending));
  Stop never(executor);
  if (!pending->reply) co_await pending->answered.wait(never, limit);
  if (pending->reply) co_return std::move(*pending->reply);
  co_return problem(504, fmt::format("There is no answer yet after {} ms; what was begun goes on.",
                                     limit.count()));
}

}  // namespace crossfade::sync
