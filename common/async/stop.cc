#include "common/async/stop.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace crossfade {
namespace asio = boost::asio;
namespace {

constexpr auto kQuiet = asio::as_tuple(asio::use_awaitable);

/// As a timer's limit; longer ones would overflow its clock.
constexpr Milliseconds kLongest = std::chrono::hours(24 * 365);

/// Keeps a timer in a list of those to cancel for as long as the wait lasts.
class Registration {
 public:
  Registration(std::list<asio::steady_timer*>& list, asio::steady_timer& timer)
      : list_(list), place_(list.insert(list.end(), &timer)) {}
  ~Registration() { list_.erase(place_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::list<asio::steady_timer*>& list_;
  std::list<asio::steady_timer*>::iterator place_;
};

}  // namespace

Stop::Stop(Stop& parent)
    : executor_(parent.executor_), parent_(&parent), requested_(parent.requested_) {
  parent_->children_.push_back(this);
}

Stop::~Stop() {
  if (parent_ != nullptr) parent_->children_.remove(this);
}

void Stop::request() {
  if (requested_) return;
  requested_ = true;
  for (asio::steady_timer* sleeper : sleepers_) sleeper->cancel();
  for (Stop* child : children_) child->request();
}

Task<void> Stop::sleep(Milliseconds duration) {
  if (requested_) co_return;
  asio::steady_timer timer(executor_, std::min(duration, kLongest));
  const Registration registration(sleepers_, timer);
  co_await timer.async_wait(kQuiet);
}

void Signal::notify() {
  for (asio::steady_timer* waiter : waiters_) waiter->cancel();
}

Task<void> Signal::wait(Stop& stop, Milliseconds limit) {
  if (stop.requested()) co_return;
  asio::steady_timer timer(executor_, std::min(limit, kLongest));
  const Registration here(waiters_, timer);
  const Registration there(stop.sleepers_, timer);
  co_await timer.async_wait(kQuiet);
}

}  // namespace crossfade
