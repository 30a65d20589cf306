#pragma once

#include <memory>
#include <vector>

#include "sync/link.h"
#include "sync/run_options.h"
#include "sync/service_groups.h"
#include "sync/status.h"

namespace crossfade::sync {

/// All links of one process, on one io_context. One thread only.
class Service final : public ServiceView {
 public:
  Service(LinkEnvironment& environment, Stop& stop);
  ~Service() override;

  /// Runs every link until the stop. A link that ends by itself stays stopped, the others go on;
  /// returns when all have ended and the stop was requested, or at once when none could be set up
  /// (the sentence of the first).
  Task<Result<void>> run();

  rollout::Groups& groups() { return groups_.coordinator(); }
  control::ControlTable& control_table() { return groups_.table(); }

  std::vector<LinkStatus> links() const override;
  bool ready() const override;
  Task<Result<void>> wait(std::string link, WaitFor what, Milliseconds limit) override;
  Task<Result<Listing>> violations(std::string link, int limit) override;
  Task<Result<Listing>> dead_letters(std::string link, int limit) override;
  Task<Result<std::string>> violation(std::string id) override;
  Task<Result<std::string>> resolve(Resolution resolution) override;

 private:
  Task<Result<std::string>> stored_violation(std::string id);
  Task<Result<void>> run_link(Link& link);
  Task<Result<void>> run_group(std::string group);

  LinkEnvironment& environment_;
  TaskGroup members_;
  Signal ended_;
  std::vector<std::unique_ptr<Link>> links_;
  ServiceGroups groups_;
  std::size_t groups_tried_ = 0;  ///< to open
};

/// `crossfade run`: opens the clients, serves the admin endpoint, runs until SIGTERM or SIGINT.
/// Returns the exit code.
int run_service(const Config& config, const RunOptions& options);

}  // namespace crossfade::sync
