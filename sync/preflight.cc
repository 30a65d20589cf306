#include "sync/preflight.h"

namespace crossfade::sync {
namespace {

std::string update_stream(const std::string& table, const std::string& specification) {
  return "aws dynamodb update-table --table-name " + table + " --stream-specification " +
         specification;
}

std::string turn_on(const std::string& table) {
  return update_stream(table, "StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES");
}

/// A table takes one change at a time.
std::string turn_off_and_on(const std::string& table) {
  return update_stream(table, "StreamEnabled=false") +
         " && aws dynamodb wait table-exists --table-name " + table + " && " + turn_on(table);
}

codec::KeyType key_type(char type) {
  return type == 'N'   ? codec::KeyType::number
         : type == 'B' ? codec::KeyType::binary
                       : codec::KeyType::text;
}

}  // namespace

Result<void> check_stream(const dynamo::TableDescription& table) {
  if (!table.stream_enabled) {
    return fail(Fault::invalid,
                "The table " + table.name +
                    " has no stream, so its changes cannot be followed; turn it on with: " +
                    turn_on(table.name));
  }
  if (table.stream_view_type != "NEW_AND_OLD_IMAGES") {
    return fail(
        Fault::invalid,
        "The stream of table " + table.name + " has the view type " + table.stream_view_type +
            ", but both images are needed; a new stream has them: " + turn_off_and_on(table.name));
  }
  return {};
}

Result<void> check_server(const mongo::ServerFacts& server) {
  if (server.can_watch()) return {};
  return fail(Fault::invalid,
              "This MongoDB is not a replica set, so it has no change streams and no transactions; "
              "start mongod with "
              "--replSet and run rs.initiate() (one member is enough).");
}

Result<void> check_same_link(const state::LinkRecord& stored, const LinkConfig& config,
                             const dynamo::TableDescription& table) {
  if (stored.table != config.table || stored.collection != config.collection) {
    return fail(Fault::invalid, "The link \"" + config.name + "\" was created for table " +
                                    stored.table + " and collection " + stored.collection +
                                    "; give a changed pair a new link name.");
  }
  if (stored.stream_arn != table.stream_arn) {
    return fail(Fault::trimmed,
                "The stream of table " + config.table +
                    " was turned off and on again (or the table was made anew) since "
                    "this link began: changes of the time between are missing. Load the table "
                    "again under a new "
                    "link name with --into-existing.");
  }
  return {};
}

Result<void> check_target(const LinkConfig& config, bool has_documents, const RunOptions& options) {
  if (!has_documents || options.resume || options.into_existing) return {};
  return fail(Fault::invalid, "The collection " + config.collection +
                                  " is not empty; use --into-existing to replace documents of the "
                                  "same key, or --resume if they "
                                  "are what an earlier load of this table left.");
}

codec::MappingOptions mapping_options(const LinkConfig& config,
                                      const dynamo::TableDescription& table) {
  codec::MappingOptions out;
  out.key.hash = {table.hash, key_type(table.hash_type)};
  if (!table.sort.empty())
    out.key.sort = codec::KeyAttribute{table.sort, key_type(table.sort_type)};
  out.fractions_as_double = config.fractions_as_double;
  out.raw_names = config.raw_names;
  out.dates = config.dates;
  out.types = config.types;
  out.reserved = config.reserved;
  out.synced_field = config.forward_synced_field;
  return out;
}

}  // namespace crossfade::sync
