#pragma once

#include <string>
#include <string_view>

#include "common/async/stop.h"
#include "common/dynamo/clock_skew.h"
#include "common/dynamo/credential_cache.h"
#include "common/dynamo/http.h"
#include "common/dynamo/parts.h"
#include "common/dynamo/retry.h"
#include "common/dynamo/settings.h"
#include "common/dynamo/sigv4.h"

namespace crossfade::dynamo {

enum class Service { tables, streams };

struct Call {
  Service service = Service::tables;
  std::string_view operation;  ///< `PutItem`
  std::string resource;        ///< table or stream, for messages
  std::string body;
  bool write = false;       ///< changes something: a lost reply leaves its outcome unknown
  bool item_write = false;  ///< carries items
  MaySend may_send;
};

struct CallOutcome {
  Result<std::string> body;  ///< the answer's content, with 64 spare bytes
  bool earlier_attempt_unknown = false;
};

/// Carries one call to its end: signs, sends, classifies, retries. Any number may run at once, on
/// the service's thread.
class Caller {
 public:
  Caller(const ClientOptions& options, const Settings& settings, CredentialChain chain,
         const Parts& parts);

  Task<CallOutcome> call(const Call& call);
  /// Ends the waits between attempts.
  void stop() { stop_.request(); }
  Stop& stopping() { return stop_; }
  const RetryPolicy& policy() const { return policy_; }
  Random& random() { return parts_.random; }
  const Clock& clock() const { return parts_.clock; }
  const ClientStatistics& statistics() const { return statistics_; }
  void count_throttle() { ++statistics_.throttles; }

 private:
  struct Lane {  ///< one of the two services
    HttpTarget target;
    std::string host;
    std::string place;
    std::string target_prefix;
    Signer signer;
    ClockSkew skew;
  };

  struct Attempt {
    std::optional<std::string> body;  ///< of a success
    Refusal refusal;                  ///< otherwise
    bool withheld = false;            ///< by may_send
    std::shared_ptr<const Credentials> used;
    std::int64_t offset_ms = 0;  ///< clock correction of its signature
  };

  static Lane make_lane(const Settings& settings, const HttpTarget& target,
                        std::string_view prefix);
  Task<Attempt> attempt(const Call& call, Lane& lane);
  static MaySend watched(const Call& call, Attempt& attempt);
  HttpRequest signed_request(const Call& call, Lane& lane, const Credentials& credentials) const;
  void read_answer(const Call& call, const Lane& lane, HttpResponse& response, Attempt& attempt);
  /// Does what has to be done before the next attempt; false when there shall be none.
  Task<bool> prepare(const Retry::Decision& decision, const Attempt& failed, Lane& lane);
  void count(const Call& call, const Attempt& attempt, const Retry& retry);

  Parts parts_;
  RetryPolicy policy_;
  Milliseconds attempt_timeout_;
  bool offer_gzip_;
  HttpPool http_;
  Lane tables_;
  Lane streams_;
  CredentialCache credentials_;
  RetryBudget budget_;
  Stop stop_;
  ClientStatistics statistics_;
};

}  // namespace crossfade::dynamo
