#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/result.h"

namespace crossfade::mongo {

/// What failed, in the terms of the server manual and the driver specifications, free of libmongoc.
struct Failure {
  enum class Source : std::uint8_t {
    server,          ///< a reply with an error code
    write_concern,   ///< written, but not acknowledged as asked
    selection,       ///< no suitable server found; nothing was sent
    network,         ///< the connection failed, before or after the request was sent
    authentication,  ///< the handshake was refused
    document,        ///< the driver refused a document before anything was sent
    driver,          ///< anything else the driver says of itself
  };

  Source source = Source::driver;
  std::int32_t code = 0;  ///< of the server; 0 from elsewhere
  std::string text;
  std::vector<std::string> labels;

  bool labelled(std::string_view label) const;
};

/// What was being done decides what a failure means for the data.
enum class Activity : std::uint8_t {
  read,
  write,        ///< outside a transaction: may have taken effect although it failed
  transaction,  ///< inside one: nothing stands until the commit
  commit,
  watch,
};

/// The fault and one sentence for a person; `detail` is "code=N labels=a,b: <the server's words>".
/// outcome_unknown only for a write or commit that may have reached a server.
Error classify(const Failure& failure, Activity activity);

/// The failure of one operation of a bulk write, by the server's code. A code that says nothing of
/// the server's state is a fault of that one document: Fault::rejected.
Error classify_operation(std::int32_t index, std::int32_t code, std::string_view text,
                         Activity activity);

/// A change stream may be opened again at its last token (change streams specification: an error
/// that is not of the server, CursorNotFound, or the label ResumableChangeStreamError).
bool resumable(const Failure& failure);

}  // namespace crossfade::mongo
