#include "common/codec/document.h"
#include "common/codec/names.h"
#include "sync/key_source.h"

namespace crossfade::sync {
namespace {

using codec::DocumentBuilder;
using codec::DocumentView;
using Page = std::optional<std::vector<Key>>;
using Documents = std::vector<std::string>;

constexpr int kPage = 1'000;
constexpr std::int64_t kSmall = 10'000;

/// The key attributes as fields of a document.
struct KeyFields {
  std::string hash;
  std::string sort;  ///< empty: hash key only

  explicit KeyFields(const KeyPlace& place) {
    const codec::Names names(place.mapper.options().raw_names);
    const auto field = [&](const std::string& attribute) {
      return attribute.empty() ? "" : names.encode(attribute, true).value_or(attribute);
    };
    hash = field(place.table.hash);
    sort = field(place.table.sort);
  }
  std::string projection() const {
    DocumentBuilder out;
    out.int32(hash, 1);
    if (!sort.empty()) out.int32(sort, 1);
    return out.finish();
  }
};

/// A document without a key is nobody's counterpart: it is a dead letter of the other direction.
std::vector<Key> keys_in(const codec::Mapper& mapper, const Documents& documents) {
  std::vector<Key> out;
  for (const std::string& document : documents) {
    auto key = mapper.key_of_document(document);
    if (key) out.push_back(std::move(*key));
  }
  return out;
}

Task<Result<Documents>> find(const KeyPlace& place, std::string filter,
                             mongo::FindOptions options) {
  auto work = [&]() -> Result<Documents> {
    mongo::Client client = place.mongo.acquire();
    return client.find(place.collection, filter, options);
  };
  co_return co_await offload(place.threads, work);
}

class CollectionKeys final : public KeySource {
 public:
  explicit CollectionKeys(const KeyPlace& place) : place_(place) {
    options_.sort = DocumentBuilder().int32("_id", 1).finish();
    options_.projection = KeyFields(place).projection();
    options_.limit = kPage;
    options_.hint_id = true;
  }

  Task<Result<Page>> next() override {
    if (done_) co_return Page();
    CO_TRY(Documents found, co_await find(place_, DocumentBuilder().finish(), options_));
    done_ = found.size() < kPage;
    const std::string former = std::exchange(options_.min_id, last_id(found));
    if (!found.empty() && !former.empty() && id_of(found.front()) == former)
      found.erase(found.begin());
    co_return Page(keys_in(place_.mapper, found));
  }

 private:
  static std::string id_of(const std::string& document) {
    return DocumentBuilder().copy("_id", document, "_id").finish();
  }
  static std::string last_id(const Documents& documents) {
    return documents.empty() ? std::string() : id_of(documents.back());
  }

  KeyPlace place_;
  mongo::FindOptions options_;
  bool done_ = false;
};

class SubjectKeys final : public KeySource {
 public:
  SubjectKeys(const KeyPlace& place, std::vector<std::string> subjects)
      : place_(place), fields_(place), subjects_(std::move(subjects)) {
    options_.projection = fields_.projection();
    options_.limit = kPage;
    if (!fields_.sort.empty()) options_.sort = DocumentBuilder().int32(fields_.sort, 1).finish();
  }

  Task<Result<Page>> next() override {
    if (at_ == subjects_.size()) co_return Page();
    CO_TRY(const Documents found, co_await find(place_, filter(), options_));
    last_ = found.empty() ? std::string() : found.back();
    const bool more = found.size() == kPage && !fields_.sort.empty();
    if (!more) ++at_;
    if (!more) last_.clear();
    co_return Page(keys_in(place_.mapper, found));
  }

 private:
  std::string filter() const {
    DocumentBuilder out;
    out.text(fields_.hash, subjects_[at_]);
    if (last_.empty()) return out.finish();
    const std::string beyond = DocumentBuilder().copy("$gt", last_, fields_.sort).finish();
    return out.document(fields_.sort, beyond).finish();
  }

  KeyPlace place_;
  KeyFields fields_;
  std::vector<std::string> subjects_;
  mongo::FindOptions options_;
  std::size_t at_ = 0;
  std::string last_;  ///< document of the page before
};

class CollectionSample final : public KeySource {
 public:
  CollectionSample(const KeyPlace& place, int count) : place_(place), count_(count) {}

  Task<Result<Page>> next() override {
    if (std::exchange(done_, true)) co_return Page();
    auto work = [&]() -> Result<std::vector<Key>> {
      mongo::Client client = place_.mongo.acquire();
      TRY(const std::int64_t documents,
          client.count(place_.collection, DocumentBuilder().finish(), kSmall));
      const std::string command = aggregate(documents < kSmall);
      TRY(const std::string reply, client.command(place_.collection.database, command));
      Documents found;
      for (const std::string_view one : DocumentView(reply).documents("cursor.firstBatch"))
        found.emplace_back(one);
      return keys_in(place_.mapper, found);
    };
    CO_TRY(std::vector<Key> keys, co_await offload(place_.threads, work));
    co_return Page(std::move(keys));
  }

 private:
  /// A `$sample` at the head takes the server's random cursor, which in a small collection needs a
  /// quarter of a second; behind a `$match` it is a scan.
  std::string aggregate(bool small) const {
    const std::string size = DocumentBuilder().int32("size", count_).finish();
    std::vector<std::string> pipeline{
        DocumentBuilder().document("$sample", size).finish(),
        DocumentBuilder().document("$project", KeyFields(place_).projection()).finish()};
    if (small)
      pipeline.insert(pipeline.begin(), DocumentBuilder().document("$match", any()).finish());
    DocumentBuilder out;
    out.text("aggregate", place_.collection.collection).array("pipeline", pipeline);
    out.document("cursor", DocumentBuilder().int32("batchSize", count_).finish());
    out.document("readConcern", DocumentBuilder().text("level", "majority").finish());
    return out.finish();
  }

  static std::string any() {
    const std::string there = DocumentBuilder().boolean("$exists", true).finish();
    return DocumentBuilder().document("_id", there).finish();
  }

  KeyPlace place_;
  int count_;
  bool done_ = false;
};

}  // namespace

KeySourcePtr keys_of_collection(const KeyPlace& place) {
  return std::make_unique<CollectionKeys>(place);
}

KeySourcePtr keys_of_collection_sample(const KeyPlace& place, int count) {
  return std::make_unique<CollectionSample>(place, count);
}

KeySourcePtr keys_of_collection_subjects(const KeyPlace& place, std::vector<std::string> subjects) {
  return std::make_unique<SubjectKeys>(place, std::move(subjects));
}

}  // namespace crossfade::sync
