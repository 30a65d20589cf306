#pragma once

#include "common/codec/mapping.h"
#include "common/codec/scratch.h"

namespace crossfade::codec {

struct Mapper::Impl {
  explicit Impl(MappingOptions options) : rules(std::move(options)), scratches(rules) {}

  Rules rules;
  mutable ScratchPool scratches;
};

}  // namespace crossfade::codec
