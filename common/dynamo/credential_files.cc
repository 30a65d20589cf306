#include "common/dynamo/credential_files.h"

#include <fmt/core.h>

namespace crossfade::dynamo {

Task<Result<std::string>> read_token(const Environment& environment, const Parts& parts,
                                     std::string path) {
  constexpr std::string_view kBlanks = " \t\r\n";
  auto work = [&] { return environment.read_file(path); };
  auto text = co_await offload(parts.pool, work);
  if (!text) co_return fail(Fault::credentials, text.error().message);
  text->erase(text->find_last_not_of(kBlanks) + 1);
  text->erase(0, text->find_first_not_of(kBlanks));
  if (text->empty()) {
    co_return fail(Fault::credentials, fmt::format("The token file {} is empty.", path));
  }
  co_return text;
}

Task<Result<ProfileFiles>> read_profiles(const Environment& environment, const Parts& parts) {
  auto work = [&] { return read_profile_files(environment); };
  co_return co_await offload(parts.pool, work);
}

Task<Result<std::string>> run_process(const Environment& environment, const Parts& parts,
                                      std::string command) {
  auto work = [&] { return environment.run(command); };
  co_return co_await offload(parts.pool, work);
}

}  // namespace crossfade::dynamo
