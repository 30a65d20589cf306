#include <fmt/core.h>

#include "common/codec/document.h"
#include "sync/link.h"

namespace crossfade::sync {
namespace {

using Image = std::optional<std::string>;

Image image_of(const codec::DocumentView& violation, Side side) {
  const auto image = violation.document(to_string(side));
  return image ? Image(*image) : std::nullopt;
}

Result<bool> same(const codec::Mapper& mapper, const Image& one, const Image& other) {
  if (!one || !other) return one.has_value() == other.has_value();
  TRY(const std::string first, codec::canonical_document(mapper, *one));
  TRY(const std::string second, codec::canonical_document(mapper, *other));
  return first == second;
}

std::string would_do(Side take, Side owner, bool there) {
  if (there) return fmt::format("Nothing was done: the image of {} is there.", to_string(take));
  return fmt::format("Nothing was done: the image of {} would be written to {}, whose key it is.",
                     to_string(take), to_string(owner));
}

}  // namespace

/// The image is written where writes of the key belong, as an application would: the ordinary
/// direction brings it to the other side. Dying before the decision is written down leaves it to be
/// taken again; writing the same image twice does no harm.
Task<Result<std::string>> Link::resolve(Resolution resolution, std::string stored) {
  CO_TRY_VOID(check_applying());
  const codec::DocumentView violation(stored);
  if (violation.has("resolution"))
    co_return fail(Fault::conflict, "The violation was resolved before.");
  const codec::Mapper& mapper = *setup_->mapper;
  const Key key{codec::DocumentBuilder().copy("_id", stored, "key").finish()};
  const Side owner = authority_.owner(key, setup_->backward_log->end());
  const Image wanted = image_of(violation, resolution.take);
  CO_TRY(const Image present, co_await read_image(owner, key));
  CO_TRY(const bool there, same(mapper, present, wanted));
  bool known = there;
  for (const Side side : {Side::dynamodb, Side::mongodb}) {
    CO_TRY(const bool one, same(mapper, present, image_of(violation, side)));
    known = known || one;
  }
  const auto merged = violation.document("merged");
  if (merged) {
    CO_TRY(const bool one, same(mapper, present, Image(*merged)));
    known = known || one;
  }
  if (!known) {
    co_return fail(Fault::conflict,
                   "The key was changed since: neither image may be taken any more; write the "
                   "value that you want on the side that owns it.");
  }
  if (resolution.dry_run) co_return would_do(resolution.take, owner, there);
  if (!there) CO_TRY_VOID(co_await write_image(owner, key, wanted));
  const state::Parked parked(environment_.config.mongodb.state_database);
  const state::Settlement settlement{resolution.take, resolution.who, resolution.reason,
                                     environment_.clock.wall_ms()};
  auto settle = [&]() -> Result<bool> {
    mongo::Client client = environment_.mongo.acquire();
    return parked.settle_violation(client, resolution.id, settlement);
  };
  CO_TRY_VOID(co_await offload(environment_.threads, settle));
  co_return fmt::format("The image of {} is the key's value{}.", to_string(resolution.take),
                        there ? " already" : "");
}

Task<Result<std::optional<std::string>>> Link::read_image(Side side, Key key) {
  if (side == Side::dynamodb) {
    CO_TRY(std::string key_json, setup_->mapper->key_json(key));
    CO_TRY(std::string body,
           co_await environment_.dynamo.get_item(config_.table, std::move(key_json), true));
    CO_TRY(auto item, setup_->mapper->read_item(body));
    co_return item ? Image(std::move(item->bson)) : std::nullopt;
  }
  auto read = [&]() -> Result<Image> {
    mongo::Client client = environment_.mongo.acquire();
    return client.find_one(setup_->collection, key.bson);
  };
  co_return co_await offload(environment_.threads, read);
}

Task<Result<void>> Link::write_image(Side side, Key key, std::optional<std::string> image) {
  if (side == Side::mongodb) {
    using Kind = mongo::WriteOp::Kind;
    const mongo::WriteOp write{image ? Kind::replace_upsert : Kind::remove, key.bson,
                               image ? std::string_view(*image) : std::string_view()};
    auto work = [&]() -> Result<mongo::BulkResult> {
      mongo::Client client = environment_.mongo.acquire();
      return client.bulk(setup_->collection, std::span(&write, 1), true);
    };
    CO_TRY(const mongo::BulkResult done, co_await offload(environment_.threads, work));
    if (!done.errors.empty()) co_return done.errors.front().error;
    co_return Result<void>();
  }
  if (!image) {
    dynamo::DeleteRequest request{config_.table, {}, {}};
    CO_TRY(request.key_json, setup_->mapper->key_json(key));
    CO_TRY_VOID(co_await environment_.dynamo.delete_item(request));
    co_return Result<void>();
  }
  CO_TRY(codec::MappedItem item, setup_->mapper->to_item(*image));
  const dynamo::PutRequest request{config_.table, std::move(item.json), {}};
  CO_TRY_VOID(co_await environment_.dynamo.put_item(request));
  co_return Result<void>();
}

}  // namespace crossfade::sync
