#pragma once

#include <functional>
#include <optional>
#include <string>

#include "backward/item_writer.h"
#include "sync/link_parts.h"
#include "sync/status.h"

namespace crossfade::sync {

/// The value of a key on one side, as it was read.
struct Standing {
  std::optional<std::string> image;  ///< document; absent: there is none
  std::string body;                  ///< of the GetItem, on DynamoDB
};

/// Ends violations of one link as a person has decided. The image that is taken is written where
/// writes of the key belong, as an application would: the ordinary direction brings it to the other
/// side. All that is handed in outlives it. One thread only.
class Resolver {
 public:
  using OwnerOf = std::function<Side(const Key&)>;

  /// `may_write`: to DynamoDB.
  Resolver(const LinkParts& parts, OwnerOf owner_of, dynamo::MaySend may_write);

  /// `stored` is the violation; see ServiceView::resolve. Fault::conflict: it was resolved before,
  /// or the key has got another value meanwhile, which nobody has decided about.
  Task<Result<std::string>> resolve(Resolution resolution, std::string stored);

  Task<Result<Standing>> read(Side side, Key key);
  /// Writes only where what stands there is still what was read: a change since would be lost
  /// without a trace. Fault::conflict otherwise.
  Task<Result<void>> replace(Side side, Key key, Standing read, std::optional<std::string> image);

 private:
  Task<Result<void>> replace_item(Key key, Standing read, std::optional<std::string> image);
  Result<bool> is_known(const Standing& now, std::string_view violation) const;
  Task<Result<void>> settle(Resolution resolution);

  LinkParts parts_;
  OwnerOf owner_of_;
  dynamo::MaySend may_write_;
};

}  // namespace crossfade::sync
