#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crossfade::codec {

/// The fields of documents being written, in the order in which they came, so that they can be
/// brought into order at the end without a tree. One stack serves all nested documents.
class Slices {
 public:
  struct Field {
    std::uint32_t begin;  ///< of the element: type, name, NUL, payload
    std::uint32_t end;
    std::uint32_t name_size;
    std::uint32_t rank;  ///< lower ranks go first, whatever the name
  };

  std::size_t mark() const { return fields_.size(); }
  void add(Field field) { fields_.push_back(field); }
  void drop(std::size_t mark) { fields_.resize(mark); }
  const std::vector<Field>& fields() const { return fields_; }

  /// Orders the fields since `mark`: by rank, then by name (a DBRef's `$ref`, `$id`, `$db` first,
  /// as MongoDB wants them). False: two have one name.
  bool sort(const std::string& bytes, std::size_t mark);
  /// sort(), and moves the bytes from `begin` to the end accordingly. Drops the fields.
  bool settle(std::string& bytes, std::size_t begin, std::size_t mark);

 private:
  std::vector<Field> fields_;
  std::string moved_;
};

}  // namespace crossfade::codec
