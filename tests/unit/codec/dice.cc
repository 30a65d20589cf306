#include "tests/unit/codec/dice.h"

namespace crossfade::codec::testing {

std::string Dice::bytes() {
  std::string out(one_in(8) ? below(200) : below(6), '\0');
  for (char& c : out) c = static_cast<char>(bits());
  return out;
}

std::string Dice::text() {
  static const std::vector<std::string> kPieces = {"a",
                                                   "Z",
                                                   "7",
                                                   " ",
                                                   "\"",
                                                   "\\",
                                                   "/",
                                                   "\n",
                                                   "\t",
                                                   "\x01",
                                                   "\x7f",
                                                   "é",
                                                   "ж",
                                                   "漢",
                                                   "😀",
                                                   std::string(1, '\0'),
                                                   "%",
                                                   ".",
                                                   "$",
                                                   "\u2028",
                                                   "0123456789ab",
                                                   "plain words, "};
  std::string out;
  for (std::size_t i = one_in(10) ? below(60) : below(5); i > 0; --i)
    out += kPieces[below(kPieces.size())];
  return out;
}

std::string Dice::name() {
  static const std::vector<std::string> kPieces = {
      "a",     "b",   "c", "id", "_id", ".", "$",  "%", "%2E",        "%24",   "%25", "%00",
      "%5Fid", "[0]", "[", "]",  "S",   "é", "😀", "0", "_crossfadé", "$ref!", "\"",  "x y"};
  std::string out;
  for (std::size_t i = 1 + below(one_in(3) ? 4 : 1); i > 0; --i)
    out += one_in(2) ? std::string(1, static_cast<char>('a' + below(26)))
                     : kPieces[below(kPieces.size())];
  return out;
}

std::string Dice::digits(std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += static_cast<char>('0' + (one_in(3) ? 0 : below(10)));
  return out;
}

}  // namespace crossfade::codec::testing
