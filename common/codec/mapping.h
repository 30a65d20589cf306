#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/change.h"

namespace crossfade::codec {

enum class KeyType : char { text = 'S', number = 'N', binary = 'B' };

struct KeyAttribute {
  std::string name;
  std::optional<KeyType>
      type;  ///< unknown when only the names are given (`crossfade map` without a table)
};

struct KeySchema {
  KeyAttribute hash;
  std::optional<KeyAttribute> sort;
};

/// How one link maps values and names; see docs in deploy/crossfade.example.yaml.
struct MappingOptions {
  KeySchema key;
  bool fractions_as_double = false;  ///< `fractions: double`
  bool raw_names = false;            ///< `names: raw`: dots stay dots
  enum class Dates { iso, epoch_ms, epoch_s } dates = Dates::iso;
  std::map<std::string, std::string> types;  ///< declared paths, e.g. {"tags": "SS"}
  std::string reserved = "_crossfade";       ///< reserved field and attribute
  std::string synced_field;  ///< forward_synced_field, never part of an item; may be empty
};

/// An item as a document: `bson` is complete (with `_id` and hints), `key` its canonical identity.
/// `own_id` is set when the item came from a document with an `_id` that is not derived from its
/// key.
struct MappedDocument {
  std::string bson;
  Key key;
  bool own_id = false;
  std::optional<WriteToken> token;
};

struct MappedItem {
  std::string json;  ///< DynamoDB JSON of the whole item
  Key key;
  std::size_t size = 0;  ///< by DynamoDB's item size rules, without the token
};

/// A source value that has no form on the other side, kept whole.
struct Rejected {
  std::string text;    ///< DynamoDB JSON as received
  std::string key;     ///< DynamoDB JSON of the key where it could be read, else empty
  std::string reason;  ///< one clear sentence
};

struct ScanPage {
  std::vector<MappedDocument> documents;
  std::vector<Rejected> rejected;
  std::string last_key;  ///< raw DynamoDB JSON of LastEvaluatedKey as received, empty at the end
  double consumed_units = 0;
};

struct StreamRecord {
  std::string event_id;
  std::string sequence_number;
  std::int64_t created_ms = 0;  ///< floored to the second by AWS, to the minute by DynamoDB Local
  bool time_to_live = false;    ///< a delete by the service's TTL (or of an unknown event name)
  Key key;
  std::optional<std::string> new_image;  ///< mapped document; absent when the item is gone
  bool own_id = false;                   ///< of the new image, as in MappedDocument
  std::optional<WriteToken> new_token;   ///< read from NewImage, also when mapping failed
  std::optional<WriteToken> old_token;   ///< read from OldImage
  bool had_old_image = false;
  std::optional<Former> before;      ///< where it was asked for and OldImage can be mapped
  std::optional<Rejected> rejected;  ///< NewImage (or the key) cannot be mapped
};

struct RecordsPage {
  std::vector<StreamRecord> records;
  std::string next_iterator;  ///< empty: the shard is finished
};

/// Maps values both ways by the rules of the link. Immutable, thread-safe, no I/O. Every function
/// accepts numbers as any DynamoDB writes them and returns canonical ones. No tree per item.
class Mapper {
 public:
  explicit Mapper(MappingOptions options);
  ~Mapper();
  Mapper(Mapper&&) noexcept;

  const MappingOptions& options() const;

  /// One item in DynamoDB JSON (`{"pk":{"S":"a"}}`). Fault::rejected with a sentence when it has no
  /// form.
  Result<MappedDocument> to_document(std::string_view item_json) const;
  /// One document. `token`, when given, is written into the reserved attribute. Fault::rejected:
  /// too large (400 KB), too deep (32), key missing, empty or of a wrong type.
  Result<MappedItem> to_item(std::string_view bson, const WriteToken* token = nullptr) const;

  /// The key of a document: from its key attributes, else from an `_id` of the derived shape.
  Result<Key> key_of_document(std::string_view bson) const;
  /// The key of an item, whatever becomes of its other attributes.
  Result<Key> key_of_item(std::string_view item_json) const;
  /// The key as the documentKey of a change event (`{_id: ...}`) tells it; rejected for a foreign
  /// `_id`.
  Result<Key> key_of_id(std::string_view document_key) const;
  /// DynamoDB JSON of a key: `{"pk":{"S":"a"},"sk":{"N":"1"}}`.
  Result<std::string> key_json(const Key& key) const;
  /// A MongoDB filter on the plain key attributes, which also finds documents with a foreign `_id`.
  Result<std::string> key_filter(const Key& key) const;
  /// The text of a key attribute for routing: strings as they are, numbers canonical, binaries in
  /// base64.
  std::optional<std::string> subject_of(const Key& key, std::string_view attribute) const;

  /// See canonical_item().
  Result<std::string> canonical(std::string_view item_json) const;

  /// The body of a Scan or Query answer.
  Result<ScanPage> read_scan_page(std::string& body) const;
  /// The body of a GetRecords answer. `body` may be grown by the parser's padding. `with_before`:
  /// OldImage is mapped too.
  Result<RecordsPage> read_records_page(std::string& body, bool with_before = false) const;
  /// The `Item` member of a GetItem answer, or of an error with
  /// ReturnValuesOnConditionCheckFailure; nullopt when there is none.
  Result<std::optional<MappedDocument>> read_item(std::string& body) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// `{"M":{...}}`: a write token as it stands in member `w` of the reserved attribute.
std::string token_json(const WriteToken& token);

/// What a link may declare for a path under `types`: SS, NS, BS, N.
bool is_declarable(std::string_view type);

/// The neutral form for hashing and comparing: the same bytes for an item and for the document it
/// maps to, whatever the order of fields and set members or the spelling of numbers; the reserved
/// attribute, tokens and the synced field do not count. A document is first seen as the item it
/// maps to.
Result<std::string> canonical_item(const Mapper& mapper, std::string_view item_json);
Result<std::string> canonical_document(const Mapper& mapper, std::string_view bson);

}  // namespace crossfade::codec
