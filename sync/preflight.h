#pragma once

#include <string>

#include "common/dynamo/types.h"
#include "common/mongo/client.h"
#include "common/state/link_store.h"
#include "sync/config.h"
#include "sync/run_options.h"

namespace crossfade::sync {

/// What must hold before a link can run, as pure judgements on what was found. Each refusal is one
/// sentence with what to do about it.

/// The stream is on and tells both images.
Result<void> check_stream(const dynamo::TableDescription& table);
/// Change streams work here.
Result<void> check_server(const mongo::ServerFacts& server);
/// The stored link is the configured one, on the same stream.
Result<void> check_same_link(const state::LinkRecord& stored, const LinkConfig& config,
                             const dynamo::TableDescription& table);
/// A collection with documents is only loaded into when that was asked for.
Result<void> check_target(const LinkConfig& config, bool has_documents, const RunOptions& options);

codec::MappingOptions mapping_options(const LinkConfig& config,
                                      const dynamo::TableDescription& table);

}  // namespace crossfade::sync
