#include "sync/resolver.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "backward/item_update.h"
#include "common/codec/document.h"
#include "common/mongo/session.h"

namespace crossfade::sync {
namespace {

using Image = std::optional<std::string>;
using Json = nlohmann::json;

constexpr Milliseconds kCommitPatience{5'000};
constexpr const char* kChanged =
    "The key was changed since: neither image may be taken any more; write the value that you want "
    "on the side that owns it.";

Image image_of(const codec::DocumentView& violation, std::string_view name) {
  const auto image = violation.document(name);
  return image ? Image(*image) : std::nullopt;
}

Result<bool> same(const codec::Mapper& mapper, const Image& one, const Image& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  TRY(const std::string first, codec::canonical_document(mapper, *one));
  TRY(const std::string second, codec::canonical_document(mapper, *other));
  return first == second;
}

/// In one transaction, which another writer's change aborts.
Result<void> replace_document(mongo::Client client, const mongo::Namespace& where, const Key& key,
                              const std::pair<Image, Image>& from_to) {
  using Kind = mongo::WriteOp::Kind;
  const auto& [from, to] = from_to;
  TRY(mongo::Session session, mongo::Session::start(std::move(client)));
  TRY_VOID(session.begin());
  mongo::FindOptions options;
  options.session = &session;
  TRY(const Image now, session.client().find_one(where, key.bson, options));
  if (now != from) return fail(Fault::conflict, kChanged);
  const mongo::WriteOp write{to ? Kind::replace_upsert : Kind::remove, key.bson,
                             to ? std::string_view(*to) : std::string_view()};
  TRY_VOID(session.client().bulk(where, std::span(&write, 1), true, &session));
  return session.commit(kCommitPatience);
}

/// Every attribute of the item that was read is as it was, and none of the new one has come.
Result<dynamo::Condition> as_it_was_read(const backward::ItemNames& names, const std::string& body,
                                         const std::string& item) {
  std::set<std::string> attributes;
  const Json read = Json::parse(body, nullptr, false);
  for (const Json& one : {read.value("Item", Json::object()), Json::parse(item, nullptr, false)}) {
    if (!one.is_object()) continue;
    for (const auto& [name, value] : one.items()) attributes.insert(name);
  }
  TRY(backward::ItemUpdate update,
      backward::item_update(names, body, std::nullopt, {attributes.begin(), attributes.end()}));
  return std::move(update.as_read);
}

std::string would_do(Side take, Side owner, bool there) {
  if (there) return fmt::format("Nothing was done: the image of {} is there.", to_string(take));
  return fmt::format("Nothing was done: the image of {} would be written to {}, whose key it is.",
                     to_string(take), to_string(owner));
}

}  // namespace

Resolver::Resolver(const LinkParts& parts, OwnerOf owner_of, dynamo::MaySend may_write)
    : parts_(parts), owner_of_(std::move(owner_of)), may_write_(std::move(may_write)) {}

/// Dying before the decision is written down leaves it to be taken again; writing the same image
/// twice does no harm.
Task<Result<std::string>> Resolver::resolve(Resolution resolution, std::string stored) {
  const codec::DocumentView violation(stored);
  if (violation.has("resolution"))
    co_return fail(Fault::conflict, "The violation was resolved before.");
  const Key key{codec::DocumentBuilder().copy("_id", stored, "key").finish()};
  const Side owner = owner_of_(key);
  Image wanted = image_of(violation, to_string(resolution.take));
  CO_TRY(Standing now, co_await read(owner, key));
  CO_TRY(const bool there, same(*parts_.setup.mapper, now.image, wanted));
  CO_TRY(const bool known, is_known(now, stored));
  if (!there && !known) co_return fail(Fault::conflict, kChanged);
  if (resolution.dry_run) co_return would_do(resolution.take, owner, there);
  if (!there) CO_TRY_VOID(co_await replace(owner, key, std::move(now), std::move(wanted)));
  const Side taken = resolution.take;
  CO_TRY_VOID(co_await settle(std::move(resolution)));
  co_return fmt::format("The image of {} is the key's value{}.", to_string(taken),
                        there ? " already" : "");
}

/// One of those that the person has seen.
Result<bool> Resolver::is_known(const Standing& now, std::string_view violation) const {
  const codec::DocumentView view(violation);
  for (const char* side : {"dynamodb", "mongodb"}) {
    TRY(const bool equal, same(*parts_.setup.mapper, now.image, image_of(view, side)));
    if (equal) return true;
  }
  const Image merged = image_of(view, "merged");
  return merged ? same(*parts_.setup.mapper, now.image, merged) : Result<bool>(false);
}

Task<Result<void>> Resolver::settle(Resolution resolution) {
  LinkEnvironment& environment = parts_.environment;
  const state::Parked parked(environment.config.mongodb.state_database);
  const state::Settlement settlement{resolution.take, resolution.who, resolution.reason,
                                     environment.clock.wall_ms()};
  auto store = [&]() -> Result<bool> {
    mongo::Client client = environment.mongo.acquire();
    return parked.settle_violation(client, resolution.id, settlement);
  };
  CO_TRY_VOID(co_await offload(environment.threads, store));
  co_return Result<void>();
}

Task<Result<Standing>> Resolver::read(Side side, Key key) {
  LinkEnvironment& environment = parts_.environment;
  if (side == Side::dynamodb) {
    CO_TRY(std::string key_json, parts_.setup.mapper->key_json(key));
    CO_TRY(std::string body,
           co_await environment.dynamo.get_item(parts_.config.table, std::move(key_json), true));
    CO_TRY(auto item, parts_.setup.mapper->read_item(body));
    co_return Standing{item ? Image(std::move(item->bson)) : std::nullopt, std::move(body)};
  }
  auto find = [&]() -> Result<Standing> {
    mongo::Client client = environment.mongo.acquire();
    TRY(Image found, client.find_one(parts_.setup.collection, key.bson));
    return Standing{std::move(found), {}};
  };
  co_return co_await offload(environment.threads, find);
}

Task<Result<void>> Resolver::replace(Side side, Key key, Standing read, Image image) {
  if (side == Side::dynamodb)
    co_return co_await replace_item(std::move(key), std::move(read), std::move(image));
  const std::pair from_to{std::move(read.image), std::move(image)};
  auto work = [&] {
    return replace_document(parts_.environment.mongo.acquire(), parts_.setup.collection, key,
                            from_to);
  };
  co_return co_await offload(parts_.environment.threads, work);
}

Task<Result<void>> Resolver::replace_item(Key key, Standing read, Image image) {
  const std::string& table = parts_.config.table;
  dynamo::Client& dynamo = parts_.environment.dynamo;
  const backward::ItemNames names{parts_.setup.table.hash, parts_.config.reserved};
  dynamo::WriteOutcome done;
  if (image) {
    CO_TRY(codec::MappedItem item, parts_.setup.mapper->to_item(*image));
    dynamo::PutRequest request{table, std::move(item.json), {}, may_write_};
    CO_TRY(request.condition, as_it_was_read(names, read.body, request.item_json));
    CO_TRY(done, co_await dynamo.put_item(request));
  } else {
    dynamo::DeleteRequest request{table, {}, {}, may_write_};
    CO_TRY(request.key_json, parts_.setup.mapper->key_json(key));
    CO_TRY(request.condition, as_it_was_read(names, read.body, {}));
    CO_TRY(done, co_await dynamo.delete_item(request));
  }
  if (!done.applied) co_return fail(Fault::conflict, kChanged);
  co_return Result<void>();
}

}  // namespace crossfade::sync
