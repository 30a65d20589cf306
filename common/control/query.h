#pragma once

#include <string>
#include <vector>

#include "common/control/attributes.h"
#include "common/dynamo/client.h"

namespace crossfade::control {

/// Items of one group whose sort keys begin alike, page by page, strongly consistent.
struct Query {
  std::string table;
  std::string group;
  std::string prefix;                   ///< of the sort key
  std::vector<std::string> attributes;  ///< the only ones that are read
  std::string start_key;                ///< raw JSON; empty: from the first
  bool descending = false;              ///< by the sort key
  int limit = 0;                        ///< of items in a page; 0: as many as fit
};

struct QueryPage {
  std::vector<Attributes> items;
  std::string next_key;  ///< empty: this was the last page
};

/// Pure: the request of a page, and its answer.
std::string request_of(const Query& query);
Result<QueryPage> page_of(std::string_view answer);

}  // namespace crossfade::control
