#include "sync/request_body.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace crossfade::sync {
namespace {

using Json = nlohmann::json;

bool printable(const std::string& text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::string quoted_list(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out.append(out.empty() ? "" : ", ").append(word);
  return out;
}

}  // namespace

struct RequestBody::Impl {
  /// The member, if it is there and passes; a fault is remembered otherwise.
  const Json* member(const char* name, bool (Json::*is_type)() const noexcept, const char* what) {
    known.insert(name);
    const auto found = json.find(name);
    if (found == json.end()) return nullptr;
    if (((*found).*is_type)()) return &*found;
    wrong(name, fmt::format("must be {}", what));
    return nullptr;
  }

  void wrong(const char* name, const std::string& sentence) {
    if (fault.empty()) fault = fmt::format("\"{}\" {}.", name, sentence);
  }

  bool good_text(const char* name, const std::string& text, std::size_t most_bytes) {
    if (text.size() > most_bytes) {
      wrong(name, fmt::format("must have at most {} bytes", most_bytes));
    } else if (!printable(text)) {
      wrong(name, "must have no control characters");
    } else {
      return true;
    }
    return false;
  }

  Json json = Json::object();
  std::set<std::string, std::less<>> known;
  std::string fault;
};

RequestBody::RequestBody(std::string_view text) : impl_(std::make_unique<Impl>()) {
  if (text.empty()) return;
  Json parsed = Json::parse(text, nullptr, false);
  if (parsed.is_object()) {
    impl_->json = std::move(parsed);
  } else {
    impl_->fault = "The body must be a JSON object.";
  }
}

RequestBody::~RequestBody() = default;

void RequestBody::text(const char* name, std::string& into, std::size_t most_bytes) {
  const Json* found = impl_->member(name, &Json::is_string, "a string");
  if (found == nullptr) return;
  auto text = found->get<std::string>();
  if (impl_->good_text(name, text, most_bytes)) into = std::move(text);
}

void RequestBody::required_text(const char* name, std::string& into, std::size_t most_bytes) {
  text(name, into, most_bytes);
  if (into.empty()) impl_->wrong(name, "is missing");
}

void RequestBody::texts(const char* name, std::vector<std::string>& into, std::size_t most_bytes) {
  const Json* found = impl_->member(name, &Json::is_array, "an array of strings");
  if (found == nullptr) return;
  for (const Json& element : *found) {
    if (!element.is_string() || element.get_ref<const std::string&>().empty()) {
      return impl_->wrong(name, "must be an array of strings, none of them empty");
    }
    auto text = element.get<std::string>();
    if (!impl_->good_text(name, text, most_bytes)) return;
    into.push_back(std::move(text));
  }
}

void RequestBody::flag(const char* name, bool& into) {
  const Json* found = impl_->member(name, &Json::is_boolean, "true or false");
  if (found != nullptr) into = found->get<bool>();
}

void RequestBody::whole(const char* name, std::int64_t& into, std::int64_t least,
                        std::int64_t most) {
  const std::string what = fmt::format("a whole number from {} to {}", least, most);
  const Json* found = impl_->member(name, &Json::is_number_integer, what.c_str());
  if (found == nullptr) return;
  const bool too_large = found->is_number_unsigned() &&
                         found->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
  const auto value = found->get<std::int64_t>();
  if (too_large || value < least || value > most) return impl_->wrong(name, "must be " + what);
  into = value;
}

void RequestBody::percentage(const char* name, std::optional<double>& into) {
  const Json* found = impl_->member(name, &Json::is_number, "a number from 0 to 100");
  if (found == nullptr) return;
  const auto value = found->get<double>();
  if (value < 0 || value > 100) return impl_->wrong(name, "must be a number from 0 to 100");
  if (std::abs(value * 100 - std::round(value * 100)) > 1e-6) {
    return impl_->wrong(name, "must have at most two decimals");
  }
  into = value;
}

void RequestBody::word(const char* name, std::size_t& into, const std::vector<std::string>& words) {
  const std::string what = "one of " + quoted_list(words);
  const Json* found = impl_->member(name, &Json::is_string, what.c_str());
  if (found == nullptr) return;
  const auto place = std::ranges::find(words, found->get_ref<const std::string&>());
  if (place == words.end()) return impl_->wrong(name, "must be " + what);
  into = static_cast<std::size_t>(place - words.begin());
}

void RequestBody::objects(const char* name, std::vector<std::string>& into, std::size_t most) {
  const Json* found = impl_->member(name, &Json::is_array, "an array of objects");
  if (found == nullptr) return;
  if (found->size() > most) {
    return impl_->wrong(name, fmt::format("must have at most {} elements", most));
  }
  for (const Json& element : *found)
    into.push_back(element.dump(-1, ' ', false, Json::error_handler_t::replace));
}

bool RequestBody::has(const char* name) const {
  return impl_->json.contains(name);
}

void RequestBody::refuse(std::string sentence) {
  if (impl_->fault.empty()) impl_->fault = std::move(sentence);
}

Result<void> RequestBody::end() {
  for (const auto& member : impl_->json.items()) {
    if (!impl_->known.contains(member.key())) {
      refuse("The request has a member \"" + member.key() + "\" that is not known here.");
    }
  }
  if (!impl_->fault.empty()) return fail(Fault::invalid, impl_->fault);
  return {};
}

}  // namespace crossfade::sync
