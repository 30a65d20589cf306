#include "sync/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <sstream>

#include "sync/version.h"

namespace crossfade::sync {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

template <class Status>
struct Metric {
  const char* name;
  const char* help;
  MetricType type;
  double (*value)(const Status&);
};

double whole(std::int64_t number) {
  return static_cast<double>(number);
}

const std::array kOfDirections = {
    Metric<DirectionStatus>{"crossfade_changes_captured_total",
                            "Changes by applications seen in the source's change feed.",
                            MetricType::Counter,
                            [](const DirectionStatus& d) { return whole(d.captured); }},
    Metric<DirectionStatus>{"crossfade_changes_applied_total",
                            "Captured changes written to the other side, superseded or set aside.",
                            MetricType::Counter,
                            [](const DirectionStatus& d) { return whole(d.applied); }},
    Metric<DirectionStatus>{"crossfade_echoes_dropped_total",
                            "Our own writes recognised in the change feed and dropped.",
                            MetricType::Counter,
                            [](const DirectionStatus& d) { return whole(d.echoes_dropped); }},
    Metric<DirectionStatus>{"crossfade_changes_behind", "Changes captured and not yet applied.",
                            MetricType::Gauge,
                            [](const DirectionStatus& d) { return whole(d.behind); }},
    Metric<DirectionStatus>{
        "crossfade_lag_seconds", "Age of the oldest change not yet applied; 0 when none waits.",
        MetricType::Gauge, [](const DirectionStatus& d) { return whole(d.lag_ms) / 1000; }},
};

const std::array kOfLinks = {
    Metric<LinkStatus>{"crossfade_load_items_total", "Items the full load has written.",
                       MetricType::Counter,
                       [](const LinkStatus& l) { return whole(l.load.items); }},
    Metric<LinkStatus>{"crossfade_load_items_per_second", "Present rate of the full load.",
                       MetricType::Gauge,
                       [](const LinkStatus& l) { return l.load.items_per_second; }},
    Metric<LinkStatus>{"crossfade_load_ratio", "Part of the full load that is done, 0 to 1.",
                       MetricType::Gauge, [](const LinkStatus& l) { return l.load.fraction; }},
    Metric<LinkStatus>{"crossfade_load_remaining_seconds",
                       "Expected time to the end of the full load; 0 when done or unknown.",
                       MetricType::Gauge, [](const LinkStatus& l) { return l.load.eta_seconds; }},
    Metric<LinkStatus>{"crossfade_violations",
                       "Stored changes on the side that does not own the key.", MetricType::Gauge,
                       [](const LinkStatus& l) { return whole(l.violations); }},
    Metric<LinkStatus>{"crossfade_dead_letters", "Stored records that could not be applied.",
                       MetricType::Gauge,
                       [](const LinkStatus& l) { return whole(l.dead_letters); }},
    Metric<LinkStatus>{"crossfade_event_log_bytes", "Disk space of the link's event logs.",
                       MetricType::Gauge, [](const LinkStatus& l) { return whole(l.log_bytes); }},
    Metric<LinkStatus>{"crossfade_event_log_near_limit",
                       "1 when an event log is close to its limit or its disk is close to full.",
                       MetricType::Gauge,
                       [](const LinkStatus& l) { return l.log_near_limit ? 1.0 : 0.0; }},
};

const std::array kOfProving = {
    Metric<ProvingStatus>{"crossfade_keys_compared_total",
                          "Looks at changed keys on both sides; only of links in a group.",
                          MetricType::Counter,
                          [](const ProvingStatus& p) { return whole(p.compared); }},
    Metric<ProvingStatus>{"crossfade_keys_waiting", "Changed keys that were not compared since.",
                          MetricType::Gauge,
                          [](const ProvingStatus& p) { return whole(p.waiting); }},
    Metric<ProvingStatus>{"crossfade_mismatches", "Keys found different and not equal since.",
                          MetricType::Gauge,
                          [](const ProvingStatus& p) { return whole(p.mismatches); }},
};

constexpr std::array kPhases = {"defined", "copying", "catching-up", "synced", "stopped"};

class Page {
 public:
  void begin(const char* name, const char* help, MetricType type) {
    families_.push_back({name, help, type, {}});
  }
  void add(double value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    if (families_.back().type == MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families_.back().metric.push_back(std::move(metric));
  }
  std::string text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, families_);
    return out.str();
  }

 private:
  std::vector<MetricFamily> families_;
};

void add_directions(Page& page, const std::vector<LinkStatus>& links) {
  for (const auto& metric : kOfDirections) {
    page.begin(metric.name, metric.help, metric.type);
    for (const LinkStatus& link : links) {
      page.add(metric.value(link.forward), {{"link", link.name}, {"direction", "forward"}});
      page.add(metric.value(link.backward), {{"link", link.name}, {"direction", "backward"}});
    }
  }
}

void add_quantiles(Page& page, const std::vector<LinkStatus>& links) {
  page.begin("crossfade_apply_latency_seconds",
             "Time from the change at its source to its apply, by quantile of recent changes.",
             MetricType::Gauge);
  const auto add = [&page](const LinkStatus& link, const char* name, const DirectionStatus& way) {
    page.add(way.lag_p50_ms / 1000,
             {{"link", link.name}, {"direction", name}, {"quantile", "0.5"}});
    page.add(way.lag_p99_ms / 1000,
             {{"link", link.name}, {"direction", name}, {"quantile", "0.99"}});
  };
  for (const LinkStatus& link : links) {
    add(link, "forward", link.forward);
    add(link, "backward", link.backward);
  }
}

void add_links(Page& page, const std::vector<LinkStatus>& links) {
  for (const auto& metric : kOfLinks) {
    page.begin(metric.name, metric.help, metric.type);
    for (const LinkStatus& link : links) page.add(metric.value(link), {{"link", link.name}});
  }
  page.begin("crossfade_link_phase", "1 for the phase the link is in.", MetricType::Gauge);
  for (const LinkStatus& link : links) {
    for (const char* phase : kPhases) {
      page.add(link.phase == phase ? 1 : 0, {{"link", link.name}, {"phase", phase}});
    }
  }
}

void add_proofs(Page& page, const std::vector<LinkStatus>& links) {
  for (const auto& metric : kOfProving) {
    page.begin(metric.name, metric.help, metric.type);
    for (const LinkStatus& link : links)
      if (link.proving) page.add(metric.value(*link.proving), {{"link", link.name}});
  }
  page.begin("crossfade_canary_seconds",
             "How long the canary key's last way took, by direction; only of links that name one.",
             MetricType::Gauge);
  for (const LinkStatus& link : links) {
    if (!link.canary || link.canary->at_ms == 0) continue;
    page.add(whole(link.canary->forward_ms) / 1000,
             {{"link", link.name}, {"direction", "forward"}});
    page.add(whole(link.canary->backward_ms) / 1000,
             {{"link", link.name}, {"direction", "backward"}});
  }
}

void add_process(Page& page, bool ready, const ProcessUsage& usage) {
  page.begin("crossfade_ready", "1 when every link runs.", MetricType::Gauge);
  page.add(ready ? 1 : 0);
  page.begin("crossfade_build_info", "Always 1; the version is in the label.", MetricType::Gauge);
  page.add(1, {{"version", version()}});
  page.begin("process_resident_memory_bytes", "Resident memory.", MetricType::Gauge);
  page.add(whole(usage.resident_bytes));
  page.begin("process_cpu_seconds_total", "User and system CPU time.", MetricType::Counter);
  page.add(usage.cpu_seconds);
}

}  // namespace

std::string metrics_page(const std::vector<LinkStatus>& links, bool ready,
                         const ProcessUsage& usage) {
  Page page;
  add_directions(page, links);
  add_quantiles(page, links);
  add_links(page, links);
  add_proofs(page, links);
  add_process(page, ready, usage);
  return page.text();
}

}  // namespace crossfade::sync
