#pragma once

#include "common/dynamo/http.h"
#include "common/dynamo/parts.h"

namespace crossfade::dynamo {

/// How the credential providers talk: few, small requests.
class CredentialHttp {
 public:
  /// `knock_timeout`: for connecting, and for the one answer of knock().
  CredentialHttp(const Parts& parts, const std::string& ca_file, Milliseconds knock_timeout);

  /// Up to three attempts while nobody answers or the answer is a 5xx.
  Task<Result<HttpResponse>> ask(const HttpTarget& target, const HttpRequest& request);
  /// One attempt: is there anybody at all?
  Task<Result<HttpResponse>> knock(const HttpTarget& target, const HttpRequest& request);

 private:
  Parts parts_;
  Milliseconds knock_timeout_;
  HttpPool http_;
};

}  // namespace crossfade::dynamo
