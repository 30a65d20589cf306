#include "common/base/result.h"

namespace crossfade {

Next next_step(Fault fault) {
  switch (fault) {
    case Fault::transient:
    case Fault::unavailable:
    case Fault::conflict:
      return Next::retry;
    case Fault::throttled:
      return Next::retry_patiently;
    case Fault::expired_iterator:
      return Next::new_iterator;
    case Fault::credentials:
      return Next::refresh_credentials;
    case Fault::rejected:
    case Fault::duplicate_key:
      return Next::dead_letter;
    default:
      return Next::stop_link;
  }
}

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::transient:
      return "transient";
    case Fault::throttled:
      return "throttled";
    case Fault::unavailable:
      return "unavailable";
    case Fault::expired_iterator:
      return "expired_iterator";
    case Fault::trimmed:
      return "trimmed";
    case Fault::history_lost:
      return "history_lost";
    case Fault::credentials:
      return "credentials";
    case Fault::forbidden:
      return "forbidden";
    case Fault::not_found:
      return "not_found";
    case Fault::condition_failed:
      return "condition_failed";
    case Fault::conflict:
      return "conflict";
    case Fault::duplicate_key:
      return "duplicate_key";
    case Fault::stale:
      return "stale";
    case Fault::rejected:
      return "rejected";
    case Fault::disk_full:
      return "disk_full";
    case Fault::corrupt:
      return "corrupt";
    case Fault::invalid:
      return "invalid";
    case Fault::stopped:
      return "stopped";
  }
  return "unknown";
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("value of a failed Result was read: " + error.message);
}

}  // namespace crossfade
