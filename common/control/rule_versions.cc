#include <algorithm>

#include "common/control/attributes.h"
#include "common/control/control_table.h"
#include "common/control/query.h"
#include "common/control/table_errors.h"

namespace crossfade::control {
namespace {

Result<RuleVersion> version_of(const Attributes& item) {
  TRY(RuleSet rules, rules_from_json(text_in(item, "doc")));
  return RuleVersion{std::move(rules), number_in(item, "at"), text_in(item, "who"),
                     text_in(item, "why")};
}

/// Versions as they come, until there are enough.
struct Gathered {
  std::vector<RuleVersion> versions;
  std::size_t bytes = 0;
  std::size_t most = 0;

  bool enough() const {
    return versions.size() >= most || bytes >= ControlTable::kMostVersionBytes;
  }
  Result<void> add(const std::vector<Attributes>& items) {
    for (const Attributes& item : items) {
      if (enough()) break;
      TRY(RuleVersion version, version_of(item));
      bytes += text_in(item, "doc").size();
      versions.push_back(std::move(version));
    }
    return {};
  }
};

}  // namespace

Task<Result<std::vector<RuleVersion>>> ControlTable::versions(std::string group, int limit) {
  const int most = std::clamp(limit, 0, kMostVersions);
  Gathered gathered;
  gathered.most = static_cast<std::size_t>(most);
  Query query{table_, std::move(group), "rules/", {"doc", "who", "why", "at"}};
  query.descending = true;
  query.limit = most;
  while (!gathered.enough()) {
    const auto answer = co_await client_.query(request_of(query));
    if (!answer) co_return explained(answer.error(), table_);
    CO_TRY(QueryPage page, page_of(*answer));
    CO_TRY_VOID(gathered.add(page.items));
    query.start_key = std::move(page.next_key);
    if (query.start_key.empty()) break;
  }
  co_return std::move(gathered.versions);
}

}  // namespace crossfade::control
