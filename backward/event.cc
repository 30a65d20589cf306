#include "backward/event.h"

#include "common/codec/document.h"
#include "common/state/heartbeats.h"

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
  const std::string_view id = view.text("documentKey._id").value_or("");
  const bool put = event.kind == Event::Kind::put;
  event.kind = Event::Kind::other;
  if (put && state::Heartbeats::is_note(id, link) && event.document) {
    event.kind = Event::Kind::note;
    event.key = codec::DocumentBuilder().copy("_id", *event.document, "key").finish();
    return;
  }
  if (!put || id != link) return;
  event.kind = Event::Kind::heartbeat;
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

std::optional<Former> former_of(const Event& event) {
  if (event.operation == "insert") return Former{};
  if (event.before) return Former{std::string(*event.before)};
  return std::nullopt;
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
  const bool other_key = before && before.value() != key.value();
  if (other_key) out.push_back(change_at(ChangeKind::remove, before.value(), event));
  Change change = change_at(ChangeKind::put, std::move(key).value(), event);
  change.image = std::string(*event.document);
  out.push_back(std::move(change));
}

/// A put under a key that the document did not have before finds nothing there.
void tell_former(std::vector<Change>& changes, const Event& event) {
  for (Change& change : changes) {
    if (change.kind != ChangeKind::put && change.kind != ChangeKind::remove) continue;
    const bool moved = changes.size() > 1 && change.kind == ChangeKind::put;
    change.before = moved ? Former{} : former_of(event);
  }
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

std::vector<Change> changes_of(const Event& event, const codec::Mapper& mapper, bool with_before) {
  std::vector<Change> out;
  if (event.kind == Event::Kind::note)
    out.push_back(change_at(ChangeKind::restore, {event.key}, event));
  if (event.kind == Event::Kind::remove) add_removal(out, event, mapper);
  if (event.kind == Event::Kind::put && event.document) add_put(out, event, mapper);
  if (with_before) tell_former(out, event);
  if (!out.empty()) out.back().source = std::string(event.token);
  return out;
}

}  // namespace crossfade::backward
