#include "common/mongo/libmongoc.h"

#include <mongoc/mongoc.h>

#include <mutex>

namespace crossfade::mongo {

void initialize_libmongoc() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_log_set_handler(nullptr, nullptr);
    mongoc_init();
  });
}

}  // namespace crossfade::mongo
