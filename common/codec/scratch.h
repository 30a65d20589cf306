#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/codec/document_writer.h"
#include "common/codec/item_writer.h"

namespace crossfade::codec {

/// What one conversion works with. Kept between conversions so that they allocate next to nothing.
struct Scratch {
  explicit Scratch(const Rules& rules) : documents(rules, source), items(rules) {}

  JsonSource source;
  std::string padded;
  DocumentWriter documents;
  ItemWriter items;
};

/// Lends each caller a Scratch of its own. Thread-safe. Keeps as many as were ever in use at once,
/// without those that a huge body has blown up.
class ScratchPool {
 public:
  explicit ScratchPool(const Rules& rules) : rules_(rules) {}

  class Lease {
   public:
    Lease(ScratchPool& pool, std::unique_ptr<Scratch> scratch)
        : pool_(pool), scratch_(std::move(scratch)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { pool_.give_back(std::move(scratch_)); }
    Scratch* operator->() { return scratch_.get(); }
    Scratch& operator*() { return *scratch_; }

   private:
    ScratchPool& pool_;
    std::unique_ptr<Scratch> scratch_;
  };

  Lease take();

 private:
  void give_back(std::unique_ptr<Scratch> scratch);

  const Rules& rules_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> idle_;
};

}  // namespace crossfade::codec
