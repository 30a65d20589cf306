#pragma once

#include <functional>
#include <memory>

#include "backward/apply.h"
#include "backward/capture.h"
#include "common/model/health.h"
#include "forward/apply.h"
#include "forward/capture.h"
#include "forward/load.h"
#include "sync/comparison.h"
#include "sync/conflicts.h"
#include "sync/link_setup.h"

namespace crossfade::sync {

/// What the parts of one link are made from. The references outlive the parts.
struct LinkParts {
  const LinkConfig& config;
  LinkEnvironment& environment;
  LinkSetup& setup;
  Health& health;
  Stop& stop;
};

std::unique_ptr<Conflicts> make_conflicts(const LinkParts& parts, const RecentKeys& recent,
                                          std::function<Task<Result<void>>(Side)> catch_up);
std::unique_ptr<forward::PageWriter> make_page_writer(const LinkParts& parts);
std::unique_ptr<forward::Load> make_load(const LinkParts& parts, const forward::PageWriter& pages);
std::unique_ptr<forward::Capture> make_forward_capture(const LinkParts& parts, Progress& progress,
                                                       RecentKeys& recent);
std::unique_ptr<forward::Apply> make_forward_apply(const LinkParts& parts, Progress& progress,
                                                   state::Restorer& restorer, forward::Judge judge,
                                                   forward::ChangedSinceBarrier changed,
                                                   state::Arbiter& arbiter);
std::unique_ptr<backward::Capture> make_backward_capture(const LinkParts& parts, Progress& progress,
                                                         RecentKeys& recent, bool images);
std::unique_ptr<backward::ItemWriter> make_item_writer(const LinkParts& parts,
                                                       dynamo::MaySend may_write);
std::unique_ptr<backward::Apply> make_backward_apply(const LinkParts& parts, Progress& progress,
                                                     state::Restorer& restorer,
                                                     backward::ItemWriter& writer,
                                                     backward::OwnerOf owner,
                                                     state::Arbiter& arbiter,
                                                     eventlog::Position done_until);

Comparer make_comparer(const LinkParts& parts);

}  // namespace crossfade::sync
