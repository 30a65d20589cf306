#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "sync/admin_reply.h"
#include "sync/admin_request.h"

namespace crossfade::sync {

/// A request whose path was understood.
struct RouteCall {
  AdminRequest request;
  std::map<std::string, std::string, std::less<>> path;   ///< by the names in the pattern
  std::map<std::string, std::string, std::less<>> query;  ///< the first of each name

  /// Empty when absent.
  std::string in_path(std::string_view name) const;
  std::string in_query(std::string_view name) const;
  /// A whole number from 0 to `most` in the query; `otherwise` when absent, nothing when it is
  /// none.
  std::optional<std::int64_t> number(std::string_view name, std::int64_t otherwise,
                                     std::int64_t most) const;
};

using RouteHandler = std::function<Task<AdminReply>(RouteCall)>;

enum class Access : std::uint8_t {
  guarded,  ///< needs the token where one is configured
  open,     ///< never needs it
};

enum class Pace : std::uint8_t {
  ordinary,  ///< answered within AdminLimits::answer
  waits,     ///< takes as long as the request says: a wait, a long poll, a hand-off
};

struct Route {
  std::string method;
  std::string pattern;  ///< `/v1/groups/{group}/ramp`
  RouteHandler handler;
  Access access = Access::guarded;
  Pace pace = Pace::ordinary;
};

/// Which handler answers what: the first route that fits. A pattern's `{name}` stands for one
/// segment of the path, whatever is in it once its percent escapes are read; an escape that is
/// none, or makes no text of the segment, is refused.
class RouteTable {
 public:
  void add(Route route) { routes_.push_back(std::move(route)); }
  const std::vector<Route>& routes() const { return routes_; }

  struct Match {
    const Route* route = nullptr;  ///< null: `refusal` says why
    RouteCall call;
    AdminReply refusal;  ///< 400, 404, or 405 with the methods that the path knows
  };
  Match find(AdminRequest request) const;
  /// Null when there is none.
  const Route* route_of(const std::string& method, const std::string& target) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace crossfade::sync
