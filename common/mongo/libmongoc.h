#pragma once

namespace crossfade::mongo {

/// Starts the driver, once in a process, and mutes its own log: it goes to one handler of the whole
/// process, and its warnings can quote a connection string. What matters is told through the Log of
/// each pool instead. It leaves no file of its counters in /dev/shm. The driver is never shut down:
/// its background threads may outlive any owner that could do it.
void initialize_libmongoc();

}  // namespace crossfade::mongo
