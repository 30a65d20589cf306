#pragma once

#include <string>

#include "common/dynamo/errors.h"

namespace crossfade::dynamo {

/// What a person reads when a call fails: one sentence with what to do where we know it. Pure.
std::string sentence(Fault fault, const CallSubject& subject, int status,
                     const ServiceError& error);

}  // namespace crossfade::dynamo
