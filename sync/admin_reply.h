#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/result.h"

namespace crossfade::sync {

class EventFeed;

struct AdminReply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< besides those of every answer
  std::shared_ptr<EventFeed> events;  ///< follows in the place of the body, without an end
};

std::string_view reason_of(int status);

/// An error answer as application/problem+json (RFC 9457): title, status and `detail`, one
/// sentence.
AdminReply problem(int status, std::string_view detail);
/// The status that tells a client what to do with a failed request: 400 invalid, 404 not_found, 408
/// transient (the time ran out), 409 stopped, conflict and stale, 503 anything else.
AdminReply problem(const Error& error);

/// The `detail` of a problem, or nothing when the text is none.
std::string detail_of_problem(std::string_view body);

/// A JSON string with its quotes.
std::string json_text(std::string_view text);

}  // namespace crossfade::sync
