#pragma once

#include <string>
#include <string_view>

#include "common/mongo/change_stream.h"

namespace crossfade::mongo {

/// The aggregate of a change stream over the whole deployment, for the database `admin`. Lets
/// through every event of the namespaces, a rename onto one of them, a dropDatabase of theirs and
/// an invalidate. Opens with an empty first batch, so that it answers at once however much oplog
/// lies behind the position. `token` (if not empty) wins over options.start_at; `images` is
/// options.images as far as the server can.
std::string watch_command(const ChangeStreamOptions& options, std::string_view token, bool images);

std::string more_command(std::int64_t cursor, const ChangeStreamOptions& options);
std::string kill_command(std::int64_t cursor);

/// The token that is further on. Tokens are ordered by the text of `_data` (hexadecimal KeyString);
/// one without such a text is taken as it comes: the second wins.
std::string_view later_token(std::string_view first, std::string_view second);

}  // namespace crossfade::mongo
