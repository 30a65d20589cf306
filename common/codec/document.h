#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crossfade::codec {

/// BSON documents are carried through the service as their bytes in a std::string; this file is how
/// the rest of the code makes and reads small ones (state, filters, commands) without seeing a BSON
/// library.

/// Appends fields to a new document in order.
class DocumentBuilder {
 public:
  DocumentBuilder();
  DocumentBuilder& text(std::string_view name, std::string_view value);
  DocumentBuilder& int32(std::string_view name, std::int32_t value);
  DocumentBuilder& int64(std::string_view name, std::int64_t value);
  DocumentBuilder& number(std::string_view name, double value);
  DocumentBuilder& boolean(std::string_view name, bool value);
  DocumentBuilder& null(std::string_view name);
  DocumentBuilder& date(std::string_view name, std::int64_t ms_since_epoch);
  DocumentBuilder& timestamp(std::string_view name, std::uint32_t seconds, std::uint32_t increment);
  DocumentBuilder& binary(std::string_view name, std::string_view bytes, std::uint8_t subtype = 0);
  DocumentBuilder& document(std::string_view name, std::string_view bson);
  /// Elements are whole documents.
  DocumentBuilder& array(std::string_view name, const std::vector<std::string>& documents);
  DocumentBuilder& text_array(std::string_view name, const std::vector<std::string>& values);
  /// Copies every field of `bson`.
  DocumentBuilder& fields(std::string_view bson);
  /// Copies every field of `bson` but the top-level field `name`.
  DocumentBuilder& fields_except(std::string_view bson, std::string_view name);
  /// Copies one value of `bson` (a top-level field `from`), under `name`. Nothing when it is
  /// absent.
  DocumentBuilder& copy(std::string_view name, std::string_view bson, std::string_view from);

  /// Leaves the builder empty.
  std::string finish();

 private:
  void element(char type, std::string_view name);
  std::string out_;
};

/// Reads fields by dotted path ("cursor.id"). Does not own the bytes. Absent or of another type:
/// nullopt.
class DocumentView {
 public:
  explicit DocumentView(std::string_view bson) : bson_(bson) {}

  bool has(std::string_view path) const;
  std::optional<std::string_view> text(std::string_view path) const;
  /// Any numeric type that holds a whole number.
  std::optional<std::int64_t> integer(std::string_view path) const;
  std::optional<double> number(std::string_view path) const;
  std::optional<bool> boolean(std::string_view path) const;
  std::optional<std::int64_t> date_ms(std::string_view path) const;
  std::optional<std::string_view> binary(std::string_view path) const;
  /// Seconds << 32 | increment.
  std::optional<std::uint64_t> timestamp(std::string_view path) const;
  std::optional<std::string_view> document(std::string_view path) const;
  /// The documents of an array; other elements are left out.
  std::vector<std::string_view> documents(std::string_view path) const;
  std::vector<std::string> texts(std::string_view path) const;

 private:
  std::string_view bson_;
};

/// The names of top-level fields that only one of the documents has, or that differ in their bytes;
/// in the order of `one`, then of `other`.
std::vector<std::string> differing_fields(std::string_view one, std::string_view other);

/// Relaxed or canonical Extended JSON v2 of a document, for people and the command line. Empty when
/// the bytes are no document or hold text that is not UTF-8.
std::string to_extended_json(std::string_view bson, bool canonical);
/// Document bytes of Extended JSON; nullopt when the text is not a document. `error` says why.
std::optional<std::string> from_extended_json(std::string_view json, std::string& error);

}  // namespace crossfade::codec
