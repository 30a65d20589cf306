#include "common/mongo/libmongoc.h"

#include <mongoc/mongoc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mutex>
#include <string>

/// In the place of the driver's own function, which the driver calls through the symbol table,
/// where a program comes before its libraries: it starts itself in its library's constructor and
/// may warn there, before anybody could set a handler. Its counters are the file
/// /dev/shm/mongoc-PID; that of a killed process stays, and is in the way of a later one with the
/// same PID.
extern "C" void mongoc_log(mongoc_log_level_t, const char*, const char*, ...) {}

namespace crossfade::mongo {
namespace {

/// They stay mapped; only the name goes, so that a kill leaves nothing behind.
void unlink_counters() {
  ::shm_unlink(("/mongoc-" + std::to_string(::getpid())).c_str());
}

}  // namespace

void initialize_libmongoc() {
  static std::once_flag once;
  std::call_once(once, [] {
    mongoc_log_set_handler(nullptr, nullptr);  // for a driver that was linked with -Bsymbolic
    mongoc_init();
    unlink_counters();
  });
}

}  // namespace crossfade::mongo
