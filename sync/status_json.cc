#include "sync/status_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace crossfade::sync {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
constexpr bool is_optional = false;
template <class T>
constexpr bool is_optional<std::optional<T>> = true;

struct Writer {
  Json& out;

  void operator()(const char* name, double value) const {
    out[name] = std::isfinite(value) ? value : 0.0;
  }
  template <class T>
  void operator()(const char* name, const T& value) const {
    if constexpr (is_optional<T>) {
      if (value) (*this)(name, *value);
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      Json inner = Json::object();
      visit(Writer{inner}, value);
      out[name] = std::move(inner);
    } else {
      out[name] = value;
    }
  }
};

struct Reader {
  const Json& in;

  template <class T>
  void operator()(const char* name, T& value) const {
    const auto found = in.find(name);
    if (found == in.end()) return;
    if constexpr (is_optional<T>) {
      (*this)(name, value.emplace());
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      static_cast<void>(found->get_ref<const Json::object_t&>());
      visit(Reader{*found}, value);
    } else {
      value = found->get<T>();
    }
  }
};

/// The one list of members, for both ways.
template <class Visitor>
void visit(const Visitor& member, auto& status) {
  using Status = std::remove_cvref_t<decltype(status)>;
  if constexpr (std::is_same_v<Status, LoadStatus>) {
    member("items", status.items);
    member("items_per_second", status.items_per_second);
    member("fraction", status.fraction);
    member("eta_seconds", status.eta_seconds);
  } else if constexpr (std::is_same_v<Status, DirectionStatus>) {
    member("captured", status.captured);
    member("applied", status.applied);
    member("echoes_dropped", status.echoes_dropped);
    member("behind", status.behind);
    member("lag_ms", status.lag_ms);
    member("lag_p50_ms", status.lag_p50_ms);
    member("lag_p99_ms", status.lag_p99_ms);
  } else if constexpr (std::is_same_v<Status, ProvingStatus>) {
    member("compared", status.compared);
    member("waiting", status.waiting);
    member("mismatches", status.mismatches);
    member("oldest", status.oldest);
  } else if constexpr (std::is_same_v<Status, CanaryStatus>) {
    member("forward_ms", status.forward_ms);
    member("backward_ms", status.backward_ms);
    member("waiting_ms", status.waiting_ms);
    member("at_ms", status.at_ms);
  } else {
    member("name", status.name);
    member("table", status.table);
    member("collection", status.collection);
    member("phase", status.phase);
    member("reason", status.reason);
    member("group", status.group);
    member("version", status.version);
    member("percent", status.percent);
    member("load", status.load);
    member("forward", status.forward);
    member("backward", status.backward);
    member("proving", status.proving);
    member("canary", status.canary);
    member("violations", status.violations);
    member("dead_letters", status.dead_letters);
    member("log_bytes", status.log_bytes);
    member("log_near_limit", status.log_near_limit);
  }
}

Json object_of(const LinkStatus& link) {
  Json object = Json::object();
  visit(Writer{object}, link);
  if (link.group.empty()) {
    for (const char* of_a_group : {"group", "version", "percent"}) object.erase(of_a_group);
  }
  return object;
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string to_json(const LinkStatus& link) {
  return dumped(object_of(link));
}

std::string to_json(const std::vector<LinkStatus>& links) {
  Json whole = {{"links", Json::array()}};
  for (const LinkStatus& link : links) whole["links"].push_back(object_of(link));
  return dumped(whole);
}

Result<std::vector<LinkStatus>> links_from_json(std::string_view text) {
  try {
    const Json whole = Json::parse(text);
    std::vector<LinkStatus> links;
    for (const Json& object : whole.at("links")) {
      visit(Reader{object}, links.emplace_back());
    }
    return links;
  } catch (const Json::exception& exception) {
    return fail(Fault::corrupt, "the answer is no status of a Crossfade service", exception.what());
  }
}

}  // namespace crossfade::sync
