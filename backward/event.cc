#include "backward/event.h"

#include "common/codec/document.h"

namespace crossfade::backward {
namespace {

using codec::DocumentView;

bool in(const DocumentView& view, const mongo::Namespace& where) {
  return view.text("ns.db") == where.database && view.text("ns.coll") == where.collection;
}

Event::Kind kind_of(std::string_view operation) {
  if (operation == "insert" || operation == "update" || operation == "replace")
    return Event::Kind::put;
  if (operation == "delete") return Event::Kind::remove;
  if (operation == "drop" || operation == "rename" || operation == "dropDatabase" ||
      operation == "invalidate") {
    return Event::Kind::ended;
  }
  return Event::Kind::other;
}

std::int64_t time_of(const DocumentView& view) {
  if (const auto wall = view.date_ms("wallTime")) return *wall;
  return static_cast<std::int64_t>(view.timestamp("clusterTime").value_or(0) >> 32) * 1'000;
}

void read_heartbeat(Event& event, const DocumentView& view, const std::string& link) {
  const bool ours = event.kind == Event::Kind::put && view.text("documentKey._id") == link;
  event.kind = ours ? Event::Kind::heartbeat : Event::Kind::other;
  const auto updated = view.integer("updateDescription.updatedFields.n");
  event.heartbeat = updated ? *updated : view.integer("fullDocument.n").value_or(0);
}

Change change_at(ChangeKind kind, Key key, const Event& event) {
  Change change;
  change.kind = kind;
  change.key = std::move(key);
  change.source_time_ms = event.time_ms;
  return change;
}

Change rejected(const Event& event, std::string reason) {
  Change change = change_at(ChangeKind::rejected, Key{std::string(event.document_key)}, event);
  change.image = event.document ? std::string(*event.document) : std::string(event.document_key);
  change.reason = std::move(reason);
  return change;
}

/// The key before the change: the pre-image knows, else an `_id` of the derived shape.
Result<Key> former_key(const Event& event, const codec::Mapper& mapper) {
  if (event.before) return mapper.key_of_document(*event.before);
  return mapper.key_of_id(event.document_key);
}

void add_removal(std::vector<Change>& out, const Event& event, const codec::Mapper& mapper) {
  auto key = former_key(event, mapper);
  if (key) {
    out.push_back(change_at(ChangeKind::remove, std::move(key).value(), event));
  } else {
    out.push_back(rejected(event, key.error().message));
  }
}

void add_put(std::vector<Change>& out, const Event& event, const codec::Mapper& mapper) {
  auto key = mapper.key_of_document(*event.document);
  if (!key) return out.push_back(rejected(event, key.error().message));
  const auto before =
      event.operation == "insert" ? Result<Key>(key.value()) : former_key(event, mapper);
  if (before && before.value() != key.value()) {
    out.push_back(change_at(ChangeKind::remove, before.value(), event));
  }
  Change change = change_at(ChangeKind::put, std::move(key).value(), event);
  change.image = std::string(*event.document);
  out.push_back(std::move(change));
}

}  // namespace

Event read_event(std::string_view bson, const mongo::Namespace& heartbeats,
                 const std::string& link) {
  const DocumentView view(bson);
  Event event;
  event.operation = view.text("operationType").value_or("");
  event.kind = kind_of(event.operation);
  event.token = view.document("_id").value_or("");
  event.document_key = view.document("documentKey").value_or("");
  event.document = view.document("fullDocument");
  event.before = view.document("fullDocumentBeforeChange");
  event.session_id = view.binary("lsid.id").value_or("");
  event.time_ms = time_of(view);
  if (in(view, heartbeats)) read_heartbeat(event, view, link);
  return event;
}

std::vector<Change> changes_of(const Event& event, const codec::Mapper& mapper) {
  std::vector<Change> out;
  if (event.kind == Event::Kind::remove) add_removal(out, event, mapper);
  if (event.kind == Event::Kind::put && event.document) add_put(out, event, mapper);
  if (!out.empty()) out.back().source = std::string(event.token);
  return out;
}

}  // namespace crossfade::backward
