#include "common/model/change.h"

#include <cstring>

#include "common/base/hash.h"

namespace crossfade {
namespace {

constexpr char kWithoutEarliest = 1;
constexpr char kWithoutFormer = 2;
constexpr char kWithFormer = 3;
constexpr std::size_t kHashOffset = 2;

/// Fixed-width little-endian integers and length-prefixed strings.
class Writer {
 public:
  void number(std::uint64_t value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void signed_number(std::int64_t value) { number(static_cast<std::uint64_t>(value)); }
  void byte(char value) { out_.push_back(value); }
  void text(std::string_view value) {
    const auto size = static_cast<std::uint32_t>(value.size());
    out_.append(reinterpret_cast<const char*>(&size), sizeof size);
    out_.append(value);
  }
  std::string finish() && { return std::move(out_); }

 private:
  std::string out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() { return fixed<std::uint64_t>(); }
  std::int64_t signed_number() { return static_cast<std::int64_t>(number()); }
  char byte() { return fixed<char>(); }
  std::string text() {
    const auto size = fixed<std::uint32_t>();
    if (size > rest_.size()) return fall_short(), std::string();
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  bool complete() const { return good_ && rest_.empty(); }

 private:
  template <class T>
  T fixed() {
    T value{};
    if (rest_.size() < sizeof value) return fall_short(), value;
    rest_.copy(reinterpret_cast<char*>(&value), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  void fall_short() {
    good_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool good_ = true;
};

void write_token(Writer& out, const WriteToken& token) {
  out.text(token.link);
  out.signed_number(token.epoch);
  out.signed_number(token.position);
  out.number(token.key_hash);
  out.signed_number(token.issued_ms);
  out.byte(token.remove ? 1 : 0);
}

WriteToken read_token(Reader& in) {
  WriteToken token;
  token.link = in.text();
  token.epoch = in.signed_number();
  token.position = in.signed_number();
  token.key_hash = in.number();
  token.issued_ms = in.signed_number();
  token.remove = in.byte() != 0;
  return token;
}

void write_former(Writer& out, const Former& former) {
  out.byte(former.image ? 1 : 0);
  if (former.image) out.text(*former.image);
}

Former read_former(Reader& in) {
  Former former;
  if (in.byte() != 0) former.image = in.text();
  return former;
}

std::optional<ChangeKind> kind_of(char byte) {
  const bool known =
      byte >= static_cast<char>(ChangeKind::put) && byte <= static_cast<char>(ChangeKind::rejected);
  return known ? std::optional(static_cast<ChangeKind>(byte)) : std::nullopt;
}

}  // namespace

std::uint64_t hash_of(const Key& key) {
  return stable_hash(key.bson);
}

std::string encode(const Change& change) {
  Writer out;
  out.byte(change.before ? kWithFormer : kWithoutFormer);
  out.byte(static_cast<char>(change.kind));
  out.number(hash_of(change.key));
  out.text(change.key.bson);
  out.text(change.image);
  out.text(change.source);
  out.signed_number(change.source_time_ms);
  out.text(change.reason);
  out.byte(change.token ? 1 : 0);
  if (change.token) write_token(out, *change.token);
  out.signed_number(change.earliest_ms);
  if (change.before) write_former(out, *change.before);
  return std::move(out).finish();
}

Result<Change> decode(std::string_view record) {
  Reader in(record);
  const char version = in.byte();
  Change change;
  const std::optional<ChangeKind> kind = kind_of(in.byte());
  change.kind = kind.value_or(ChangeKind::position);
  in.number();
  change.key.bson = in.text();
  change.image = in.text();
  change.source = in.text();
  change.source_time_ms = in.signed_number();
  change.reason = in.text();
  if (in.byte() != 0) change.token = read_token(in);
  change.earliest_ms = version == kWithoutEarliest ? change.source_time_ms : in.signed_number();
  if (version == kWithFormer) change.before = read_former(in);
  const bool version_known = version >= kWithoutEarliest && version <= kWithFormer;
  if (!version_known || !kind || !in.complete()) {
    return fail(Fault::corrupt, "An event log record has a form this version cannot read.");
  }
  return change;
}

std::uint64_t key_hash_of_record(std::string_view record) {
  std::uint64_t hash = 0;
  if (record.size() >= kHashOffset + sizeof hash)
    std::memcpy(&hash, record.data() + kHashOffset, sizeof hash);
  return hash;
}

}  // namespace crossfade
