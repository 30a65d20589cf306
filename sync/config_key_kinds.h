#pragma once

#include <concepts>
#include <string>
#include <utility>
#include <vector>

#include "sync/config_key.h"
#include "sync/config_units.h"

namespace crossfade::sync {

/// A key from a function that reads one value and one that prints it.
template <class S, class T, class Read, class Write>
ConfigKey<S> value_key(std::string name, T S::* member, const Read& read, const Write& write) {
  ConfigKey<S> key;
  key.name = std::move(name);
  key.read = [member, read](const ConfigValue& value, S& into) -> Result<void> {
    TRY(auto got, read(value));
    into.*member = static_cast<T>(std::move(got));
    return {};
  };
  key.write = [member, write](YAML::Emitter& out, const S& from) { out << write(from.*member); };
  return key;
}

template <class S>
ConfigKey<S> text_key(std::string name, std::string S::* member, bool may_be_empty = true) {
  return value_key(
      std::move(name), member,
      [may_be_empty](const ConfigValue& value) { return value.text(may_be_empty); },
      escape_environment);
}

template <class S>
ConfigKey<S> flag_key(std::string name, bool S::* member) {
  return value_key(
      std::move(name), member, [](const ConfigValue& value) { return value.flag(); },
      [](bool flag) { return flag; });
}

template <class S, std::integral T>
ConfigKey<S> whole_key(std::string name, T S::* member, std::int64_t least, std::int64_t most) {
  return value_key(
      std::move(name), member,
      [least, most](const ConfigValue& value) { return value.whole(least, most); },
      [](T number) { return number; });
}

template <class S>
ConfigKey<S> size_key(std::string name, std::int64_t S::* member, std::int64_t least,
                      std::int64_t most) {
  return value_key(
      std::move(name), member,
      [least, most](const ConfigValue& value) { return value.size(least, most); }, format_size);
}

template <class S>
ConfigKey<S> duration_key(std::string name, Milliseconds S::* member, Milliseconds least,
                          Milliseconds most) {
  return value_key(
      std::move(name), member,
      [least, most](const ConfigValue& value) { return value.duration(least, most); },
      format_duration);
}

/// `words` in the order of the values of T, which begin at 0.
template <class S, class T>
ConfigKey<S> choice_key(std::string name, T S::* member, const std::vector<std::string>& words) {
  return value_key(
      std::move(name), member, [words](const ConfigValue& value) { return value.one_of(words); },
      [words](T choice) { return words.at(static_cast<std::size_t>(choice)); });
}

template <class S, class Inner>
ConfigKey<S> section_key(std::string name, Inner S::* member, ConfigSection<Inner> section) {
  ConfigKey<S> key;
  key.name = std::move(name);
  key.inner = paths_of(section);
  key.read = [member, section](const ConfigValue& value, S& into) {
    return read_section(value, section, into.*member);
  };
  key.write = [member, section = std::move(section)](YAML::Emitter& out, const S& from) {
    write_section(out, section, from.*member);
  };
  return key;
}

/// One of a few words, kept as it is.
template <class S>
ConfigKey<S> word_key(std::string name, std::string S::* member,
                      const std::vector<std::string>& words) {
  return value_key(
      std::move(name), member,
      [words](const ConfigValue& value) -> Result<std::string> {
        TRY(const std::size_t index, value.one_of(words));
        return words.at(index);
      },
      escape_environment);
}

/// The same key, whose value must also please `fault_of`: it returns the rest of a sentence, or
/// nothing.
template <class S, class T, class Rule>
ConfigKey<S> checked(ConfigKey<S> key, T S::* member, Rule fault_of) {
  key.read = [read = std::move(key.read), member, fault_of](const ConfigValue& value,
                                                            S& into) -> Result<void> {
    TRY_VOID(read(value, into));
    const std::string sentence = fault_of(into.*member);
    if (!sentence.empty()) return value.wrong(sentence);
    return {};
  };
  return key;
}

/// A key of a member as a key of the whole.
template <class Whole, class S>
ConfigKey<Whole> lifted(S Whole::* member, const ConfigKey<S>& inner) {
  ConfigKey<Whole> key;
  key.name = inner.name;
  key.required = inner.required;
  key.inner = inner.inner;
  key.read = [member, read = inner.read](const ConfigValue& value, Whole& into) {
    return read(value, into.*member);
  };
  key.write = [member, write = inner.write](YAML::Emitter& out, const Whole& from) {
    write(out, from.*member);
  };
  return key;
}

/// The same key, to be given by the user.
template <class S>
ConfigKey<S> required(ConfigKey<S> key) {
  key.required = true;
  return key;
}

}  // namespace crossfade::sync
