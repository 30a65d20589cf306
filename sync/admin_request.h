#pragma once

#include <string>

namespace crossfade::sync {

/// A request to the admin endpoint, without any network.
struct AdminRequest {
  std::string method;
  std::string target;  ///< `/v1/links/orders?x=y`
  std::string host;    ///< the Host header
  std::string body;
  std::string from;    ///< address of the client, for the audit
  std::string origin;  ///< headers of these names; empty when absent
  std::string authorization;
  std::string idempotency_key;
  std::string last_event_id;
};

}  // namespace crossfade::sync
