#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/model/change.h"
#include "common/mongo/client.h"

namespace crossfade::state {

/// A key that was found different on the two sides, and was not found equal since.
struct Mismatch {
  Key key;
  std::string what;  ///< `differs in "n"`: names of attributes, never values
  std::int64_t since_ms = 0;
};

/// The `mismatches` collection, so that a restart does not forget them. Blocking; inside offload()
/// only.
class Mismatches {
 public:
  explicit Mismatches(std::string database) : where_{std::move(database), "mismatches"} {}

  /// Storing the same key again replaces it.
  Result<void> put(mongo::Client& client, const std::string& link, const Mismatch& mismatch) const;
  Result<void> remove(mongo::Client& client, const std::string& link, const Key& key) const;
  /// The oldest first.
  Result<std::vector<Mismatch>> list(mongo::Client& client, const std::string& link,
                                     int limit) const;

 private:
  mongo::Namespace where_;
};

}  // namespace crossfade::state
