#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/dynamo/http.h"

namespace crossfade::dynamo {

/// What a call was about, for the sentence of its error and the meaning of a ValidationException.
struct CallSubject {
  std::string_view operation;  ///< `PutItem`
  std::string_view resource;   ///< name of the table or ARN of the stream; may be empty
  std::string_view place;      ///< `us-east-1 at https://dynamodb.us-east-1.amazonaws.com`
  bool stream = false;         ///< a call of DynamoDB Streams
  bool item_write = false;     ///< carries items: a validation error concerns those, not us
};

/// A failed attempt, ready for a decision.
struct Refusal {
  Error error;
  std::string code;                         ///< DynamoDB's name of it, empty for network trouble
  bool clock_skew = false;                  ///< the signature's time was refused
  std::string date;                         ///< Date header, to learn the server's clock from
  std::optional<Milliseconds> retry_after;  ///< x-amz-retry-after
};

/// The body of an error answer: `{"__type":"namespace#Code","message":"..."}`, either case of
/// message. `code` is empty when the body is something else.
struct ServiceError {
  std::string code;
  std::string message;
  std::string reasons;  ///< of a throttled call or a cancelled transaction, comma-separated
};
ServiceError read_service_error(std::string_view body);

/// Pure. `response` has a status other than 200. Error::detail is the body.
Refusal classify(const CallSubject& subject, const HttpResponse& response);

}  // namespace crossfade::dynamo
