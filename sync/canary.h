#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/async/offload.h"
#include "common/base/random.h"
#include "common/codec/mapping.h"
#include "common/dynamo/client.h"
#include "common/model/health.h"
#include "common/mongo/client.h"
#include "router/rules.h"

namespace crossfade::sync {

/// The key of a canary as the table has it. Fault::invalid unless `values` names the key attributes
/// of the table, no more and no fewer, with text or numbers.
struct CanaryKey {
  Key key;
  std::string json;  ///< DynamoDB JSON
};
Result<CanaryKey> canary_key(const std::map<std::string, std::string>& values,
                             const dynamo::TableDescription& table, const codec::Mapper& mapper);

struct CanaryFigures {
  std::int64_t forward_ms = -1;   ///< from acknowledged on DynamoDB to seen in MongoDB; -1: not yet
  std::int64_t backward_ms = -1;  ///< the other way round
  std::int64_t waiting_ms = 0;    ///< for how long the present leg has been on its way
  std::int64_t at_ms = 0;         ///< wall time at which it came round last; 0: never

  /// The longest of them.
  std::int64_t worst_ms() const;
};

/// Sends one key round both ways, as an application would: a write on DynamoDB is awaited on
/// MongoDB, then a write there on DynamoDB. So the lag is known end to end, also when nobody else
/// writes. The key is exempt from authority, or one of its legs would be a violation. It belongs to
/// the user's table and stays there. One thread only.
class Canary {
 public:
  struct Parts {
    dynamo::Client& dynamo;
    mongo::Pool& mongo;
    ThreadPool& threads;
    const codec::Mapper& mapper;
    Health& health;
    const Clock& clock;
    Random& random;
    std::string table;
    mongo::Namespace collection;
  };

  Canary(Parts parts, CanaryKey key, Stop& parent);

  /// Until the stop. A store that does not answer, or a leg that takes more than a minute, is told
  /// as the link's trouble; then it sets out again.
  Task<Result<void>> run();
  CanaryFigures figures() const;

 private:
  Task<Result<void>> round();
  Task<Result<void>> write_item(std::string what);
  Task<Result<void>> write_document(std::string what);
  Task<Result<void>> seen(Side on, std::string what);
  Task<Result<std::string>> read(Side on);
  std::int64_t under_way_ms() const;

  Parts parts_;
  CanaryKey key_;
  Stop stop_;
  std::int64_t began_ms_ = 0;  ///< steady; 0: it rests
  CanaryFigures last_;
};

}  // namespace crossfade::sync
