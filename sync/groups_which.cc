#include "sync/groups_which.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

namespace crossfade::sync {
namespace {

constexpr Milliseconds kAnswerWithin{10'000};

Result<std::vector<std::string>> groups_of(AdminClient& client) {
  TRY(const AdminAnswer answer, client.get("/v1/groups", kAnswerWithin));
  TRY(const std::string body, body_of(answer));
  try {
    std::vector<std::string> names;
    const auto whole = nlohmann::json::parse(body);
    for (const auto& group : whole.at("groups")) {
      names.push_back(group.at("group").get<std::string>());
    }
    return names;
  } catch (const nlohmann::json::exception& exception) {
    return fail(Fault::corrupt, "the answer is no list of groups", exception.what());
  }
}

}  // namespace

Result<std::string> group_path(AdminClient& client, const GroupArguments& arguments) {
  if (!arguments.group.empty()) return "/v1/groups/" + url_encoded(arguments.group);
  TRY(const std::vector<std::string> names, groups_of(client));
  if (names.size() == 1) return "/v1/groups/" + url_encoded(names.front());
  if (names.empty()) {
    return fail(Fault::not_found,
                "the service has no group: give its links one with \"group: NAME\"");
  }
  std::string all;
  for (const std::string& name : names) all.append(all.empty() ? "" : ", ").append(name);
  return fail(Fault::invalid, fmt::format("the service has {} groups ({}): say which by --group",
                                          names.size(), all));
}

}  // namespace crossfade::sync
