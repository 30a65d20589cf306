// What one item costs the codec: a Scan page into documents, documents into items, the neutral
// form.
//
//   ninja -C build/release codec_bench && build/release/common/codec/codec_bench
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <random>
#include <vector>

#include "common/codec/document.h"
#include "common/codec/mapping.h"

namespace {

using namespace crossfade;

constexpr int kItems = 1500;
constexpr int kRounds = 41;

std::string line(std::mt19937& chance) {
  return fmt::format(
      R"({{"M":{{"sku":{{"S":"SKU-{:06}"}},"price":{{"N":"{}.{:02}"}},"count":{{"N":"{}"}}}}}})",
      chance() % 1'000'000, chance() % 1000, chance() % 100, 1 + chance() % 11);
}

/// About 600 bytes by DynamoDB's rules, 16 attributes, in no order; `hints` as the service writes
/// them for a document with dates and doubles.
std::string item(int number, std::mt19937& chance, bool hints) {
  std::string note;
  while (note.size() < 220) note += "deliver parcel before noon please ";
  std::string out = fmt::format(
      R"({{"status":{{"S":"shipped"}},"total":{{"N":"{}.{:02}"}},"sk":{{"S":"order#{:010}"}},)"
      R"("quantity":{{"N":"{}"}},"created_at":{{"N":"{}"}},"updated_at":{{"S":"2026-01-02T03:04:05.000Z"}},)"
      R"("address":{{"M":{{"street":{{"S":"Noon street {}"}},"city":{{"S":"Zürich"}},"zip":{{"S":"80001"}},)"
      R"("country":{{"S":"CH"}}}}}},"email":{{"S":"user{}@example.org"}},"lines":{{"L":[{},{}]}},)"
      R"("tags":{{"SS":["priority","export","bulk"]}},"ratings":{{"NS":["7","52","13"]}},)"
      R"("paid":{{"BOOL":true}},"coupon":{{"NULL":true}},"pk":{{"S":"customer#{:08}"}},)"
      R"("note":{{"S":"{}"}},"fingerprint":{{"B":"3q2+78r+ur4BI0VniavN7xAyVHaYutz+"}})",
      chance() % 100'000, 1 + chance() % 98, number, 1 + chance() % 49, 1'700'000'000'000 + number,
      chance() % 200, chance() % 10'000'000, line(chance), line(chance), number / 10, note);
  if (hints)
    out += R"(,"_crossfade":{"M":{"t":{"M":{"updated_at":{"S":"date"},"total":{"S":"double"},)"
           R"("lines[].price":{"S":"double"}}},"w":{"M":{"l":{"S":"orders"},"e":{"N":"1"},)"
           R"("p":{"N":"123456"},"h":{"S":"0123456789abcdef"},"at":{"N":"1767322800000"}}}}})";
  return out + '}';
}

std::string page(bool hints) {
  std::mt19937 chance(1);
  std::string out = R"({"Count":1500,"Items":[)";
  for (int i = 0; i < kItems; ++i) out += (i > 0 ? "," : "") + item(i, chance, hints);
  return out + R"(],"ScannedCount":1500})";
}

double cpu_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// The median of the CPU time, in microseconds for one item.
template <class Work>
void report(const char* name, Work work) {
  std::vector<double> rounds;
  for (int i = 0; i < kRounds; ++i) {
    const double start = cpu_us();
    work();
    rounds.push_back((cpu_us() - start) / kItems);
  }
  std::nth_element(rounds.begin(), rounds.begin() + kRounds / 2, rounds.end());
  fmt::print("{:44} {:6.2f} us an item, best {:.2f}\n", name, rounds[kRounds / 2],
             *std::min_element(rounds.begin(), rounds.end()));
}

void run() {
  codec::MappingOptions options;
  options.key.hash = {"pk", codec::KeyType::text};
  options.key.sort = codec::KeyAttribute{"sk", codec::KeyType::text};
  const codec::Mapper mapper(options);
  for (const bool hints : {false, true}) {
    const std::string body = page(hints);
    std::vector<codec::MappedDocument> documents;
    report(hints ? "Scan page to documents, with hints and token" : "Scan page to documents", [&] {
      std::string copy = body;
      documents = mapper.read_scan_page(copy).value().documents;
    });
    std::vector<std::string> items;
    report(hints ? "documents to items, with hints" : "documents to items", [&] {
      items.clear();
      for (const auto& document : documents) items.push_back(mapper.to_item(document.bson)->json);
    });
    report("single items to documents", [&] {
      for (const std::string& text : items) documents[0] = mapper.to_document(text).value();
    });
    report("single items to the neutral form", [&] {
      for (const std::string& text : items) documents[0].bson = mapper.canonical(text).value();
    });
    fmt::print("  {} bytes of JSON, {} of BSON\n", body.size() / kItems, documents[1].bson.size());
  }
}

}  // namespace

int main() {
  run();
}
