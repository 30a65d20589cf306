#pragma once

namespace crossfade::sync {

/// What `crossfade run` was told on the command line.
struct RunOptions {
  bool resume = false;         ///< go on with a load whose collection already holds its documents
  bool into_existing = false;  ///< load into a collection that holds other documents, and keep them
};

}  // namespace crossfade::sync
